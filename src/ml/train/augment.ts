import type { Random } from '../random.ts';

export interface AugmentOptions {
  /** Share of tokens that are left out. */
  readonly tokenDropout: number;
  /** Share of texts in which two neighbouring spans change places. */
  readonly spanSwap: number;
}

/** The longest span that is moved, in tokens. */
const LONGEST_SPAN = 4;

/**
 * A text a little different (Wei, Zou 2019): tokens are left out by chance, and sometimes two
 * neighbouring spans change places. The special tokens at both ends stay, and so does one other.
 */
export function augment(ids: Int32Array, options: AugmentOptions, random: Random): Int32Array {
  if (ids.length < 4) return ids;
  const [first, last] = [ids[0] as number, ids.at(-1) as number];
  const inner = [...ids.subarray(1, -1)];
  const kept = inner.filter(() => random() >= options.tokenDropout);
  if (kept.length === 0) kept.push(inner[Math.floor(random() * inner.length)] as number);
  const moved = random() < options.spanSwap ? swapped(kept, random) : kept;
  return Int32Array.from([first, ...moved, last]);
}

function swapped(tokens: number[], random: Random): number[] {
  const width = 1 + Math.floor(random() * Math.min(LONGEST_SPAN, tokens.length / 2));
  const at = Math.floor(random() * (tokens.length - 2 * width + 1));
  return [
    ...tokens.slice(0, at),
    ...tokens.slice(at + width, at + 2 * width),
    ...tokens.slice(at, at + width),
    ...tokens.slice(at + 2 * width),
  ];
}
