import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Game, shapleyShares } from '../../../../src/ml/serve/explain/shapley.ts';

type Score = (plays: readonly boolean[], world: number) => number;
const gameOf =
  (score: Score): Game =>
  async (coalitions) =>
    coalitions.map(({ plays, world }) => score(plays, world));

/** By the definition: a player's marginal scores over all sets of the others (Shapley 1953). */
function bruteForce(score: Score, players: number, worlds: number): number[] {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const mean = (plays: boolean[]) => {
    let sum = 0;
    for (let world = 0; world < worlds; world++) sum += score(plays, world);
    return sum / worlds;
  };
  return Array.from({ length: players }, (_, player) => {
    let share = 0;
    for (let set = 0; set < 2 ** players; set++) {
      if ((set >> player) & 1) continue;
      const plays = Array.from({ length: players }, (_, i) => Boolean((set >> i) & 1));
      const size = plays.filter(Boolean).length;
      const weight = (factorial(size) * factorial(players - size - 1)) / factorial(players);
      share += weight * (mean(plays.with(player, true)) - mean(plays));
    }
    return share;
  });
}

/** Any game: a table of scores. */
const tables = (players: number, worlds: number) =>
  fc.array(fc.double({ min: -10, max: 10, noNaN: true }), {
    minLength: worlds * 2 ** players,
    maxLength: worlds * 2 ** players,
  });
const lookUp =
  (table: readonly number[], players: number): Score =>
  (plays, world) =>
    table[
      world * 2 ** players + plays.reduce((set, own, i) => set + (own ? 2 ** i : 0), 0)
    ] as number;

describe('Shapley shares', () => {
  it.each([1, 2, 3, 4])('of %i players are exact', async (players) => {
    await fc.assert(
      fc.asyncProperty(tables(players, 2), async (table) => {
        const score = lookUp(table, players);
        const shares = await shapleyShares(gameOf(score), { players, worlds: 2, seed: 1 });
        bruteForce(score, players, 2).forEach((share, player) => {
          expect(shares[player]).toBeCloseTo(share, 9);
        });
      }),
      { numRuns: 25 },
    );
  });

  it('sum to the score of all less the mean score of nobody, however many players', async () => {
    await fc.assert(
      fc.asyncProperty(tables(7, 3), async (table) => {
        const score = lookUp(table, 7);
        const shares = await shapleyShares(gameOf(score), { players: 7, worlds: 3, seed: 4 });
        const ends = [false, true].map((own) => {
          const plays = new Array<boolean>(7).fill(own);
          return (score(plays, 0) + score(plays, 1) + score(plays, 2)) / 3;
        });
        const sum = shares.reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo((ends[1] as number) - (ends[0] as number), 8);
      }),
      { numRuns: 25 },
    );
  });

  it('are exact where players do not depend on each other', async () => {
    const worth = [3, -1, 0, 2, 5, -4];
    const score: Score = (plays, world) =>
      plays.reduce((sum, own, i) => sum + (own ? (worth[i] as number) : world), 0);
    const shares = await shapleyShares(gameOf(score), { players: 6, worlds: 4, seed: 2 });
    worth.forEach((value, player) => {
      expect(shares[player]).toBeCloseTo(value - 1.5, 9);
    });
  });

  it('come near the exact ones with many orders, and stay the same by the seed', async () => {
    // Two players together, one that matters alone, and two that do nothing.
    const score: Score = (plays) => (plays[0] && plays[3] ? 8 : 0) + (plays[1] ? 2 : 0);
    const draw = { players: 6, worlds: 200, seed: 3 };
    const shares = await shapleyShares(gameOf(score), draw);
    const exact = bruteForce(score, 6, 1);
    exact.forEach((share, player) => {
      expect(Math.abs((shares[player] as number) - share)).toBeLessThan(0.3);
    });
    expect(await shapleyShares(gameOf(score), draw)).toEqual(shares);
  });
});
