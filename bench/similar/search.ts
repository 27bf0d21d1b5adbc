// Exact top-10 among 100,000 vectors of 256 numbers in memory, asked from another thread: one query at a
// time, and many at once. Beside it what a plain loop takes, which also checks every answer.
import { nearestFirst } from '../../src/ml/similarity/search.ts';
import { createSimilarityThread } from '../../src/ml/similarity/thread.ts';
import { dot } from '../../src/ml/similarity/vectors.ts';
import { median, report } from '../helpers/figures.ts';
import { createVectors, DIMENSIONS, ROWS } from './vectors.ts';

const QUERIES = 60;
const AT_ONCE = 32;
const FIRST = 10;
const PAGE = 2_000;

const thread = createSimilarityThread();
const vector = createVectors(1);
const all = new Float32Array(ROWS * DIMENSIONS);
for (let row = 0; row < ROWS; row += 1) all.set(vector(), row * DIMENSIONS);
for (let from = 0; from < ROWS; from += PAGE) {
  const ids = Array.from({ length: PAGE }, (_, at) => from + at);
  const rows = all.slice(from * DIMENSIONS, (from + PAGE) * DIMENSIONS);
  await thread.update('bench', { dimensions: DIMENSIONS, ids, rows, removed: [] });
}
const queries = Array.from({ length: QUERIES }, () => ({ vector: vector(), first: FIRST }));

function byLoop(query: Float32Array) {
  const found = Array.from({ length: ROWS }, (_, id) => ({
    id,
    similarity: dot(query, 0, all, id * DIMENSIONS, DIMENSIONS),
  }));
  return found.sort(nearestFirst).slice(0, FIRST);
}

async function timed<Result>(work: () => Result | Promise<Result>): Promise<[Result, number]> {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
}

await thread.search('bench', queries.slice(0, 3));
const [ours, loops]: [number[], number[]] = [[], []];
for (const query of queries) {
  const [found, ms] = await timed(() => thread.search('bench', [query]));
  const [expected, loopMs] = await timed(() => byLoop(query.vector));
  if (JSON.stringify(found[0]) !== JSON.stringify(expected)) throw new Error('not the nearest');
  ours.push(ms);
  loops.push(loopMs);
}
const [, together] = await timed(() =>
  Promise.all(queries.slice(0, AT_ONCE).map((query) => thread.search('bench', [query]))),
);
await thread.close();

console.log(`a plain loop and sort: ${median(loops).toFixed(1)} ms`);
report({
  bench: 'exact top-10 among 100,000 x 256, one query',
  figure: `${median(ours).toFixed(1)} ms (fastest ${Math.min(...ours).toFixed(1)} ms)`,
  bar: '< 15 ms',
  met: median(ours) < 15,
});
report({
  bench: `the same, ${AT_ONCE} queries at once, each`,
  figure: `${(together / AT_ONCE).toFixed(1)} ms`,
  bar: '< 5 ms',
  met: together / AT_ONCE < 5,
});
