import { permutation, seededRandom } from '../../random.ts';

/** Some of the players, in one of the worlds that the others come from. */
export interface Coalition {
  readonly world: number;
  /** True where a player plays. */
  readonly plays: readonly boolean[];
}

/** Scores of coalitions, all at once. */
export type Game = (coalitions: readonly Coalition[]) => Promise<ArrayLike<number>>;

export interface Draw {
  readonly players: number;
  /** What a player is like that does not play is known by examples: so many. */
  readonly worlds: number;
  readonly seed: number;
}

/** Orders of so few players are all walked, in every world: the shares are then exact. */
const FEW_PLAYERS = 4;

/**
 * Shapley values by orders of the players drawn by chance: a player's share is the mean of what it
 * adds to those before it (Castro, Gómez, Tejada 2009; for predictions Štrumbelj, Kononenko 2014).
 * Each order, one a world, is walked backwards too, which cancels much of the error
 * (Mitchell et al. 2022, 4.1). The shares sum to the score of everybody less the mean of nobody's.
 */
export async function shapleyShares(game: Game, draw: Draw): Promise<number[]> {
  const { players } = draw;
  const walks = players <= FEW_PLAYERS ? allWalks(draw) : drawnWalks(draw);
  const scores = await game(walks.flatMap((walk) => coalitionsAlong(walk, players)));
  const shares = new Array<number>(players).fill(0);
  for (const [w, { order }] of walks.entries())
    for (const [step, player] of order.entries()) {
      const at = w * (players + 1) + step;
      const added = (scores[at + 1] as number) - (scores[at] as number);
      shares[player] = (shares[player] as number) + added / walks.length;
    }
  return shares;
}

interface Walk {
  readonly world: number;
  readonly order: readonly number[];
}

/** Nobody, then one player more each time. */
function coalitionsAlong({ world, order }: Walk, players: number): Coalition[] {
  const plays = new Array<boolean>(players).fill(false);
  const first = { world, plays: [...plays] };
  return [
    first,
    ...order.map((player) => {
      plays[player] = true;
      return { world, plays: [...plays] };
    }),
  ];
}

function drawnWalks({ players, worlds, seed }: Draw): Walk[] {
  const { next } = seededRandom(seed);
  return Array.from({ length: worlds }, (_, world) => {
    const order = permutation(players, next);
    return [
      { world, order },
      { world, order: order.toReversed() },
    ];
  }).flat();
}

function allWalks({ players, worlds }: Draw): Walk[] {
  return allOrders(players).flatMap((order) =>
    Array.from({ length: worlds }, (_, world) => ({ world, order })),
  );
}

function allOrders(players: number): number[][] {
  if (players === 0) return [[]];
  return allOrders(players - 1).flatMap((order) =>
    Array.from({ length: players }, (_, place) => order.toSpliced(place, 0, players - 1)),
  );
}
