import { afterAll, describe, expect, it } from '@jest/globals';
import { createIndexes } from '../../../src/ml/similarity/indexes.ts';
import { createSimilarityThread } from '../../../src/ml/similarity/thread.ts';
import { normalise } from '../../../src/ml/similarity/vectors.ts';

const thread = createSimilarityThread();
afterAll(() => thread.close());

const DIMENSIONS = 8;
const vectorOf = (seed: number) =>
  normalise(Float32Array.from({ length: DIMENSIONS }, (_, i) => Math.sin(seed * 7.3 + i * i)));

/** Rows 1 to `count`, one behind the other. */
function changeOf(count: number) {
  const ids = Array.from({ length: count }, (_, i) => i + 1);
  const rows = Float32Array.from(ids.flatMap((id) => [...vectorOf(id)]));
  return { dimensions: DIMENSIONS, ids, rows, removed: [] };
}

describe('the thread that searches', () => {
  it('finds what this thread finds, for many searches at once', async () => {
    const here = createIndexes();
    here.update('people', changeOf(300));
    expect(await thread.update('people', changeOf(300))).toMatchObject({ rows: 300 });
    const queries = Array.from({ length: 25 }, (_, i) => ({
      vector: vectorOf(i + 0.5),
      first: 1 + (i % 5),
      except: new Set([i]),
    }));
    const found = await Promise.all(queries.map((query) => thread.search('people', [query])));
    expect(found.flat()).toEqual(await here.search('people', queries));
  });

  it('takes rows out and drops indexes', async () => {
    await thread.update('small', changeOf(3));
    const gone = { dimensions: DIMENSIONS, ids: [], rows: new Float32Array(), removed: [1, 3, 9] };
    expect(await thread.update('small', gone)).toMatchObject({ rows: 1 });
    await thread.drop('small');
    const search = thread.search('small', [{ vector: vectorOf(1), first: 1 }]);
    await expect(search).rejects.toMatchObject({ name: 'MlError', code: 'UNAVAILABLE' });
  });

  it('says so when vectors do not fit the index, and goes on', async () => {
    await thread.update('fixed', changeOf(2));
    const wide = { dimensions: 2, ids: [1], rows: Float32Array.of(1, 0), removed: [] };
    await expect(thread.update('fixed', wide)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    expect(await thread.search('fixed', [{ vector: vectorOf(2), first: 1 }])).toEqual([
      [{ id: 2, similarity: expect.closeTo(1, 6) }],
    ]);
  });

  it('once stopped fails what was under way and what comes later', async () => {
    const other = createSimilarityThread();
    await other.update('people', changeOf(2));
    const search = () => other.search('people', [{ vector: vectorOf(1), first: 1 }]);
    const underWay = search();
    await Promise.all([
      expect(underWay).rejects.toMatchObject({ code: 'UNAVAILABLE' }),
      other.close(),
    ]);
    await expect(search()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
