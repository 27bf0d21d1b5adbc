import { MlError } from '../errors.ts';
import { type OnnxSession, openSession } from '../onnx/session.ts';
import { similarityModel } from './graph.ts';
import { createMatrix, type Matrix } from './matrix.ts';
import { type Neighbour, type Query, searchNearest } from './search.ts';

export interface IndexSize {
  readonly rows: number;
  readonly bytes: number;
}

/** Matrices by name, with what can be done to them. Computes on this thread. */
export interface Indexes {
  /** Writes rows (one behind the other, of length 1) by id and takes others out; makes the index if need be. */
  update(index: string, change: IndexChange): IndexSize;
  drop(index: string): void;
  /** @throws MlError UNAVAILABLE when there is no such index. */
  search(index: string, queries: readonly Query[]): Promise<Neighbour[][]>;
}

export interface IndexChange {
  readonly dimensions: number;
  readonly ids: readonly number[];
  /** `ids.length` rows. */
  readonly rows: Float32Array;
  readonly removed: readonly number[];
}

/** One thread an operator: the work is bound by memory, and the other cores have requests to answer. */
const THREADS = 1;

export function createIndexes(): Indexes {
  const matrices = new Map<string, Matrix>();
  const sessions = new Map<number, Promise<OnnxSession>>();
  const sessionFor = (dimensions: number) => {
    const known = sessions.get(dimensions);
    const session = known ?? openSession(similarityModel(dimensions), { threads: THREADS });
    sessions.set(dimensions, session);
    return session;
  };
  return {
    update(index, { dimensions, ids, rows, removed }) {
      const matrix = matrices.get(index) ?? createMatrix(dimensions);
      matrices.set(index, matrix);
      for (const id of removed) matrix.remove(id);
      for (const [place, id] of ids.entries())
        matrix.set(id, rows.subarray(place * dimensions, (place + 1) * dimensions));
      return { rows: matrix.rows, bytes: matrix.bytes };
    },
    drop: (index) => void matrices.delete(index),
    async search(index, queries) {
      const matrix = matrices.get(index);
      if (!matrix) throw new MlError('UNAVAILABLE', 'There is no such index in memory.');
      return searchNearest(await sessionFor(matrix.dimensions), matrix, queries);
    },
  };
}
