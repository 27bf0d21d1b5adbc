/** Places in [0, 1], rising, and weights that sum to 1. */
export interface Quadrature {
  readonly places: readonly number[];
  readonly weights: readonly number[];
}

/**
 * Gauss-Lobatto quadrature on [0, 1]: both ends are among its places, and it is exact for polynomials
 * of degree 2 `count` - 3 (Abramowitz, Stegun 1964, 25.4.32).
 * @param count at least 2
 */
export function gaussLobatto(count: number): Quadrature {
  const degree = count - 1;
  const places: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < count; i++) {
    const x = turningPoint(degree, -Math.cos((Math.PI * i) / degree));
    places.push((x + 1) / 2);
    weights.push(1 / (count * degree * legendre(degree, x)[0] ** 2));
  }
  return { places, weights };
}

/** Where the Legendre polynomial is level, or an end, by Newton's method from a place nearby. */
function turningPoint(degree: number, nearby: number): number {
  let x = nearby;
  for (let round = 0; round < 50; round++) {
    const [value, before] = legendre(degree, x);
    // x P_n - P_(n-1) is 0 at the ends and where P_n is level, and its slope is (n + 1) P_n.
    const step = (x * value - before) / ((degree + 1) * value);
    x -= step;
    if (Math.abs(step) < 1e-15) break;
  }
  return x;
}

/** The Legendre polynomials of degree `count` and `count` - 1 at x, by Bonnet's recursion. */
function legendre(count: number, x: number): [number, number] {
  let [value, before] = [1, 0];
  for (let degree = 0; degree < count; degree++)
    [value, before] = [((2 * degree + 1) * x * value - degree * before) / (degree + 1), value];
  return [value, before];
}
