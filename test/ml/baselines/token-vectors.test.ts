import { describe, expect, it } from '@jest/globals';
import { nearestByTokens } from '../../../src/ml/baselines/token-vectors.ts';
import { seededRandom } from '../../../src/ml/random.ts';

const ids = (...own: number[]) => Int32Array.from(own);

describe('the nearest text by tokens', () => {
  it('shares rare tokens rather than common ones', () => {
    const learnt = [ids(1, 2), ids(1, 3), ids(1, 4), ids(1, 5)];
    const nearest = nearestByTokens(learnt, [ids(1, 2, 9), ids(1, 9, 9), ids(1, 8), ids(7)]);
    expect([0, 1, 2, 3].map(nearest)).toEqual([1, 0, 0, -1]);
  });

  it('is that of the largest cosine of dense vectors', () => {
    const { next } = seededRandom(3);
    const text = () => Int32Array.from({ length: 6 }, () => Math.floor(next() * 12));
    const texts = Array.from({ length: 40 }, text);
    const idf = Array.from({ length: 12 }, (_, id) => {
      const count = texts.filter((own) => own.includes(id)).length;
      return 1 + Math.log((1 + texts.length) / (1 + count));
    });
    const dense = texts.map((own) =>
      idf.map((weight, id) => {
        const count = own.filter((other) => other === id).length;
        return count === 0 ? 0 : (1 + Math.log(count)) * weight;
      }),
    );
    const dot = (a: number[] = [], b: number[] = []) =>
      a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
    const cosine = (a: number, b: number) =>
      dot(dense[a], dense[b]) / Math.sqrt(dot(dense[a], dense[a]) * dot(dense[b], dense[b]));
    const nearest = nearestByTokens(texts, texts);
    for (const place of texts.keys()) {
      const others = [...texts.keys()].filter((other) => other !== place);
      const best = Math.max(...others.map((other) => cosine(place, other)));
      expect(cosine(place, nearest(place))).toBeCloseTo(best, 9);
    }
  });
});
