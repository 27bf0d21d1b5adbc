import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type OnnxSession, openSession } from '../../../src/ml/onnx/session.ts';
import { similarityModel } from '../../../src/ml/similarity/graph.ts';
import { bytesOf, createMatrix, type Matrix } from '../../../src/ml/similarity/matrix.ts';
import { type Query, searchNearest } from '../../../src/ml/similarity/search.ts';
import { normalise } from '../../../src/ml/similarity/vectors.ts';

const SIZE = 6;
let session: OnnxSession;
beforeAll(async () => {
  session = await openSession(similarityModel(SIZE), { threads: 1 });
});
afterAll(() => session.close());

type Rows = ReadonlyMap<number, Float32Array>;

/** Compares with every row, one after the other. */
function bruteForce(rows: Rows, { vector, first, atLeast = -2, except }: Query) {
  return [...rows]
    .filter(([id]) => !except?.has(id))
    .map(([id, row]) => ({
      id,
      similarity: [...row].reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0),
    }))
    .filter(({ similarity }) => similarity >= atLeast)
    .sort((a, b) => b.similarity - a.similarity || a.id - b.id)
    .slice(0, first);
}

function fill(rows: Rows, tileRows: number): Matrix {
  const matrix = createMatrix(SIZE, tileRows);
  for (const [id, row] of rows) matrix.set(id, row);
  return matrix;
}

/** Few different numbers, so that equal rows and equal similarities are common. */
const vector = fc
  .array(fc.constantFrom(-1, -0.5, 0.25, 0.5, 1, 3), { minLength: SIZE, maxLength: SIZE })
  .map((values) => normalise(Float32Array.from(values)));
const rowsOf = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 200 }), vector), { maxLength: 120 })
  .map((entries) => new Map(entries));

describe('the nearest rows', () => {
  it('are those of comparing with every row, ties by id, whatever the tiles', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsOf,
        fc.array(vector, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 20 }),
        async (rows, vectors, first, tileRows, left) => {
          const except = new Set(left);
          const queries = vectors.map((query) => ({ vector: query, first, except }));
          const found = await searchNearest(session, fill(rows, tileRows), queries);
          expect(found).toEqual(queries.map((query) => bruteForce(rows, query)));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('at least so similar are all of them, however many', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsOf,
        vector,
        fc.double({ min: -1, max: 1, noNaN: true }),
        async (...is) => {
          const [rows, query, atLeast] = is;
          const asked = { vector: query, first: Number.POSITIVE_INFINITY, atLeast };
          const [found] = await searchNearest(session, fill(rows, 16), [asked]);
          expect(found).toEqual(bruteForce(rows, asked));
        },
      ),
    );
  });

  it('among thousands of equals are those with the smallest ids', async () => {
    const one = normalise(Float32Array.of(1, 2, 3, 4, 5, 6));
    const rows = new Map(Array.from({ length: 5_000 }, (_, i) => [9_000 - i, one] as const));
    const [found] = await searchNearest(session, fill(rows, 1_000), [{ vector: one, first: 3 }]);
    expect(found?.map(({ id }) => id)).toEqual([4_001, 4_002, 4_003]);
  });

  it('follow rows that are written over and taken out', async () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.option(vector));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 100 }), vector, async (changes, query) => {
        const [matrix, rows] = [createMatrix(SIZE, 4), new Map<number, Float32Array>()];
        let most = 0;
        for (const [id, row] of changes) {
          if (row) matrix.set(id, row);
          else matrix.remove(id);
          if (row) rows.set(id, row);
          else rows.delete(id);
          most = Math.max(most, rows.size);
        }
        expect(matrix.rows).toBe(rows.size);
        expect(matrix.bytes).toBeGreaterThanOrEqual(bytesOf(rows.size, SIZE));
        expect(matrix.bytes).toBeLessThanOrEqual(bytesOf(most, SIZE));
        const asked = { vector: query, first: 40 };
        const [found] = await searchNearest(session, matrix, [asked]);
        expect(found).toEqual(bruteForce(rows, asked));
      }),
    );
  });
});
