import { describe, expect, it } from '@jest/globals';
import { gaussLobatto } from '../../../../src/ml/serve/explain/quadrature.ts';

describe('Gauss-Lobatto quadrature', () => {
  it.each([2, 3, 5, 7, 15, 31])(
    'of %i points is exact for polynomials up to its degree',
    (count) => {
      const { places, weights } = gaussLobatto(count);
      expect(places).toHaveLength(count);
      for (let degree = 0; degree <= 2 * count - 3; degree++) {
        const sum = places.reduce((total, x, i) => total + x ** degree * (weights[i] as number), 0);
        expect(sum).toBeCloseTo(1 / (degree + 1), 12);
      }
    },
  );

  it('has both ends among its places, which rise', () => {
    const { places } = gaussLobatto(9);
    expect(places[0]).toBeCloseTo(0, 14);
    expect(places.at(-1)).toBeCloseTo(1, 14);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('has Simpson’s weights with three points', () => {
    gaussLobatto(3).weights.forEach((weight, i) => {
      expect(weight).toBeCloseTo([1 / 6, 4 / 6, 1 / 6][i] as number, 14);
    });
  });
});
