/** Draws uniformly from [0, 1). */
export type Random = () => number;

/**
 * A generator of its own for each list of numbers: the same list, the same draws. A step's draws so
 * depend on the seed and the step alone, and a resumed run needs no saved state.
 * Mixing: the 32-bit finaliser of MurmurHash3 (Appleby), over a Weyl sequence.
 */
export function randomOf(...keys: readonly number[]): Random {
  let state = 0x9e3779b9;
  for (const key of keys) state = mix(Math.imul(state ^ (key >>> 0), 0x85ebca6b) + key / 2 ** 32);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) / 2 ** 32;
  };
}

function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** A draw from the normal distribution (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** `count` different integers of 0 to `below` - 1, ascending (Floyd's sampling). */
export function distinct(count: number, below: number, random: Random): number[] {
  const chosen = new Set<number>();
  for (let top = below - count; top < below; top++) {
    const drawn = Math.floor(random() * (top + 1));
    chosen.add(chosen.has(drawn) ? top : drawn);
  }
  return [...chosen].sort((a, b) => a - b);
}
