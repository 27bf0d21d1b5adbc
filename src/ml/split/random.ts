/**
 * Numbers in [0, 1) that only depend on the seed (mulberry32, 32 bits of state): the same splits
 * and shuffles on every machine.
 */
export function randomBySeed(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Shuffles in place (Fisher-Yates) and returns the same array. */
export function shuffle<T extends { [place: number]: V; length: number }, V = T[number]>(
  values: T,
  random: () => number,
): T {
  for (let i = values.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const kept = values[i] as V;
    values[i] = values[j] as V;
    values[j] = kept;
  }
  return values;
}
