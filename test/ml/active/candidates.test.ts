import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Candidate,
  chooseCandidates,
  spreadValues,
} from '../../../src/ml/active/candidates.ts';
import { entropyShare, leastSureShare } from '../../../src/ml/active/uncertainty.ts';
import { normalFrom, seededRandom } from '../../../src/ml/random.ts';
import { normalise } from '../../../src/ml/similarity/vectors.ts';

describe('uncertainty', () => {
  it('is 0 when sure, 1 when all is as likely, and of several questions that of the least sure', () => {
    expect(entropyShare([1, 0, 0])).toBe(0);
    expect(entropyShare([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(1, 12);
    // -0.9 log2 0.9 - 0.1 log2 0.1
    expect(entropyShare([0.9, 0.1])).toBeCloseTo(0.4689955935892812, 12);
    expect(leastSureShare([0.99, 0.5, 0.01])).toBeCloseTo(1, 12);
    expect(leastSureShare([])).toBe(0);
  });
});

const candidate: fc.Arbitrary<Candidate> = fc.record({
  uncertainty: fc.double({ min: 0, max: 1, noNaN: true }),
  vector: fc
    .array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 })
    .filter((values) => values.some((value) => value !== 0))
    .map((values) => normalise(Float32Array.from(values))),
});

describe('candidates for labels', () => {
  it('are each taken once, the least sure first, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.array(candidate), fc.nat(12), fc.nat(), (candidates, count, seed) => {
        const taken = chooseCandidates(candidates, count, seed);
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken.length).toBeLessThanOrEqual(Math.min(count, candidates.length));
        const most = Math.max(...candidates.map(({ uncertainty }) => uncertainty));
        if (taken.length > 0) expect(candidates[taken[0] as number]?.uncertainty).toBe(most);
        expect(chooseCandidates(candidates, count, seed)).toEqual(taken);
      }),
    );
  });

  it('are the least sure ones where it is not known what they are like', () => {
    const unlike = [0.2, 0.9, 0.5, 0.9].map((uncertainty) => ({ uncertainty }));
    expect(chooseCandidates(unlike, 3, 7)).toEqual([1, 3, 2]);
  });

  it('are unlike each other: of many alike, one is taken', () => {
    const [east, north] = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
    const crowd = Array.from({ length: 50 }, () => ({ uncertainty: 0.9, vector: east }));
    const alone = { uncertainty: 0.5, vector: north };
    for (let seed = 0; seed < 20; seed += 1)
      expect(chooseCandidates([...crowd, alone], 2, seed)).toEqual([0, 50]);
    // All others are at the place of one that was taken.
    expect(chooseCandidates([...crowd, alone], 9, 0)).toHaveLength(2);
  });

  it('of numbers are those farthest from what is known', () => {
    expect(spreadValues([1, 5, 9, 5.1], [0], 3)).toEqual([2, 1, 0]);
    expect(spreadValues([3, 4], [], 5)).toHaveLength(2);
  });

  it('of a number are each farther from all that is known and taken than anybody else', () => {
    const numbers = fc.array(fc.integer({ min: -50, max: 50 }));
    fc.assert(
      fc.property(numbers, numbers, fc.nat(9), (predicted, known, count) => {
        const told = [...known];
        const left = new Set(predicted.keys());
        for (const place of spreadValues(predicted, known, count)) {
          const far = (at: number) =>
            Math.min(...told.map((other) => Math.abs((predicted[at] as number) - other)));
          expect(far(place)).toBe(Math.max(...[...left].map(far)));
          expect(left.delete(place)).toBe(true);
          told.push(predicted[place] as number);
        }
      }),
    );
  });
});

/** A model that a test can train in no time: logistic regression by gradient descent. */
function learn(
  rows: readonly Float32Array[],
  labels: readonly number[],
  steps = 200,
): Float32Array {
  const weights = new Float32Array(rows[0]?.length ?? 0);
  for (let step = 0; step < steps; step += 1)
    for (const [i, row] of rows.entries()) {
      const wrong = (labels[i] as number) - probabilityOf(weights, row);
      for (let k = 0; k < weights.length; k += 1)
        weights[k] =
          (weights[k] as number) +
          0.1 * (wrong * (row[k] as number) - 0.01 * (weights[k] as number));
    }
  return weights;
}

const probabilityOf = (weights: Float32Array, row: Float32Array): number =>
  1 / (1 + Math.exp(-row.reduce((sum, value, k) => sum + value * (weights[k] as number), 0)));

/** Customers of ten kinds; most are of one kind, which is easy. What they are depends on the kind. */
function population(seed: number) {
  const [normal, { next }] = [normalFrom(seed), seededRandom(seed + 1)];
  return Array.from({ length: 600 }, () => {
    const kind = next() < 0.7 ? 0 : 1 + Math.floor(next() * 9);
    const row = Float32Array.from(
      { length: 10 },
      (_, k) => (k === kind ? 1.5 : 0) + 0.15 * normal(),
    );
    return { row: normalise(row), label: kind % 2 };
  });
}

/** Share that is told right after so many labels more were learnt. */
function accuracyAfter(
  seed: number,
  choose: (pool: readonly Float32Array[], weights: Float32Array) => number[],
) {
  const all = population(seed);
  const [start, pool, test] = [all.slice(0, 10), all.slice(10, 300), all.slice(300)];
  const rowsOf = (some: typeof all) => some.map(({ row }) => row);
  const labelsOf = (some: typeof all) => some.map(({ label }) => label);
  const first = learn(rowsOf(start), labelsOf(start));
  const chosen = choose(rowsOf(pool), first).map((place) => pool[place] as (typeof all)[number]);
  const learnt = [...start, ...chosen];
  const weights = learn(rowsOf(learnt), labelsOf(learnt));
  const right = test.filter(
    ({ row, label }) => probabilityOf(weights, row) >= 0.5 === (label === 1),
  );
  return right.length / test.length;
}

describe('labels of candidates', () => {
  it('teach more than as many of anybody', () => {
    const SEEDS = 20;
    const MORE = 12;
    let gain = 0;
    let better = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const asked = accuracyAfter(seed, (pool, weights) => {
        const candidates = pool.map((vector) => {
          const p = probabilityOf(weights, vector);
          return { uncertainty: entropyShare([p, 1 - p]), vector };
        });
        return chooseCandidates(candidates, MORE, seed);
      });
      const { next } = seededRandom(seed + 1000);
      const anybody = accuracyAfter(seed, (pool) =>
        Array.from({ length: MORE }, () => Math.floor(next() * pool.length)),
      );
      gain += (asked - anybody) / SEEDS;
      if (asked > anybody) better += 1;
    }
    expect(gain).toBeGreaterThan(0.02);
    expect(better).toBeGreaterThan(SEEDS * 0.7);
  });
});
