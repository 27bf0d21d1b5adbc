import type { OnnxSession } from '../onnx/session.ts';
import { floats } from '../onnx/tensors.ts';
import type { Matrix, Tile } from './matrix.ts';
import { dot } from './vectors.ts';

export interface Neighbour {
  readonly id: number;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

export interface Query {
  /** Of length 1, D numbers. */
  readonly vector: Float32Array;
  /** How many at most; Infinity with `atLeast`. */
  readonly first: number;
  /** Nobody less similar than this. */
  readonly atLeast?: number | undefined;
  /** These are left out. */
  readonly except?: ReadonlySet<number> | undefined;
  /** Only these are looked at; for some thousands at most. */
  readonly among?: readonly number[] | undefined;
}

/** More than asked for, as the float32 order is not quite the exact one. */
const SPARE = 16;
/** Candidates at first where only `atLeast` decides. */
const FIRST_LOOK = 1_000;

/**
 * The nearest rows of each query, nearest first, ties by id: exactly those that comparing with every
 * row in float64 gives.
 *
 * The graph finds candidates in float32. Its dot products of unit vectors are off by at most D u
 * (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1; u = 2^-24; a few u more for
 * the rounding of the lengths). Candidates are
 * compared anew in float64, and as long as one that was not looked at could still be as near as the
 * last one taken, the graph is asked for more.
 */
export async function searchNearest(
  session: OnnxSession,
  matrix: Matrix,
  queries: readonly Query[],
): Promise<Neighbour[][]> {
  const results = queries.map((query) => rankAmong(matrix, query));
  let open = [...queries.keys()].filter((index) => queries[index]?.among === undefined);
  let wanted = Math.max(0, ...queries.map(candidatesOf));
  while (open.length > 0) {
    const asked = open.map((index) => queries[index] as Query);
    const found = await candidates(session, matrix, asked, wanted);
    const unsure: number[] = [];
    for (const [place, index] of open.entries()) {
      const { neighbours, bound } = rank(matrix, asked[place] as Query, found, place);
      results[index] = neighbours;
      if (!isSettled(asked[place] as Query, neighbours, bound)) unsure.push(index);
    }
    open = unsure;
    wanted *= 4;
  }
  return results;
}

const candidatesOf = ({ first, except }: Query): number =>
  (Number.isFinite(first) ? first : FIRST_LOOK) + (except?.size ?? 0) + SPARE;

/** One tile's candidates for all queries. */
interface Candidates {
  readonly tile: Tile;
  /** For each query. */
  readonly count: number;
  readonly scores: Float32Array;
  readonly positions: BigInt64Array;
}

async function candidates(
  session: OnnxSession,
  { tiles, dimensions }: Matrix,
  queries: readonly Query[],
  wanted: number,
): Promise<Candidates[]> {
  const batch = new Float32Array(queries.length * dimensions);
  for (const [index, { vector }] of queries.entries()) batch.set(vector, index * dimensions);
  const found: Candidates[] = [];
  for (const tile of tiles) {
    const count = Math.min(wanted, tile.rows);
    const rows = tile.values.subarray(0, tile.rows * dimensions);
    const { scores, positions } = await session.run({
      queries: floats([queries.length, dimensions], batch),
      rows: floats([tile.rows, dimensions], rows),
      count: { type: 'int64', shape: [1], data: BigInt64Array.of(BigInt(count)) },
    });
    found.push({
      tile,
      count,
      scores: scores?.data as Float32Array,
      positions: positions?.data as BigInt64Array,
    });
  }
  return found;
}

/** `bound`: no row that was not looked at is nearer. */
function rank(
  { dimensions }: Matrix,
  { vector, first, atLeast = -Infinity, except }: Query,
  found: readonly Candidates[],
  place: number,
): { neighbours: Neighbour[]; bound: number } {
  const all: Neighbour[] = [];
  let bound = -Infinity;
  for (const { tile, count, scores, positions } of found) {
    for (let at = place * count; at < (place + 1) * count; at += 1) {
      const row = Number(positions[at]);
      const id = tile.ids[row] as number;
      if (except?.has(id)) continue;
      const similarity = dot(vector, 0, tile.values, row * dimensions, dimensions);
      if (similarity >= atLeast) all.push({ id, similarity });
    }
    if (count < tile.rows)
      bound = Math.max(
        bound,
        (scores[(place + 1) * count - 1] as number) + (dimensions + 8) * 2 ** -24,
      );
  }
  return { neighbours: all.sort(nearestFirst).slice(0, first), bound };
}

function rankAmong(matrix: Matrix, { vector, first, atLeast = -Infinity, except, among }: Query) {
  const found = (among ?? []).flatMap((id): Neighbour[] => {
    const row = except?.has(id) ? undefined : matrix.get(id);
    return row ? [{ id, similarity: dot(vector, 0, row, 0, matrix.dimensions) }] : [];
  });
  return found
    .filter(({ similarity }) => similarity >= atLeast)
    .sort(nearestFirst)
    .slice(0, first);
}

export const nearestFirst = (a: Neighbour, b: Neighbour): number =>
  b.similarity - a.similarity || a.id - b.id;

function isSettled({ first, atLeast }: Query, neighbours: readonly Neighbour[], bound: number) {
  if (bound === -Infinity || first === 0) return true;
  if (atLeast !== undefined && bound < atLeast) return true;
  const last = neighbours[first - 1];
  return last !== undefined && last.similarity > bound;
}
