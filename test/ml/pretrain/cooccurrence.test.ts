import { describe, expect, it } from '@jest/globals';
import { cooccurrenceVectors } from '../../../src/ml/pretrain/cooccurrence.ts';
import { seededRandom } from '../../../src/ml/random.ts';

/** Two topics: words 0-4 occur among themselves, 5-9 among themselves; 10 occurs everywhere. */
function twoTopics(): Uint16Array {
  const { next } = seededRandom(5);
  const tokens: number[] = [];
  for (let line = 0; line < 400; line += 1) {
    const topic = next() < 0.5 ? 0 : 5;
    for (let word = 0; word < 12; word += 1)
      tokens.push(next() < 0.2 ? 10 : topic + Math.floor(next() * 5));
  }
  return Uint16Array.from(tokens);
}

const cosine = (vectors: Float32Array, width: number, a: number, b: number) => {
  const at = (row: number) => vectors.subarray(row * width, (row + 1) * width);
  const dot = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, v, i) => sum + v * (y[i] ?? 0), 0);
  return dot(at(a), at(b)) / Math.sqrt(dot(at(a), at(a)) * dot(at(b), at(b)));
};

describe('co-occurrence vectors', () => {
  const vectors = cooccurrenceVectors([twoTopics()], 11, 11, 4, 0.02);

  it('are near for words of one topic, far for words of two', () => {
    const within: number[] = [];
    const across: number[] = [];
    for (let a = 0; a < 10; a += 1)
      for (let b = a + 1; b < 10; b += 1)
        (a < 5 === b < 5 ? within : across).push(cosine(vectors, 4, a, b));
    expect(Math.min(...within)).toBeGreaterThan(Math.max(...across));
  });

  it('have the deviation asked for', () => {
    const square = vectors.reduce((sum, value) => sum + value * value, 0) / vectors.length;
    expect(Math.sqrt(square)).toBeCloseTo(0.02, 6);
  });

  it('are zero, not NaN, for a token that never occurs', () => {
    const some = cooccurrenceVectors([Uint16Array.of(0, 1, 0, 1, 1, 0)], 4, 4, 2, 0.02);
    expect([...some.subarray(4)]).toEqual([0, 0, 0, 0]);
  });

  it('are the same each time', () => {
    expect(cooccurrenceVectors([twoTopics()], 11, 11, 4, 0.02)).toEqual(vectors);
  });
});
