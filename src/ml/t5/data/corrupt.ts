import type { Random } from '../../random.ts';
import { distinct } from './distinct.ts';

/** A source text and what the model should answer to it, as token ids. */
export interface TokenPair {
  readonly source: number[];
  readonly target: number[];
}

export interface Corruption {
  /** Share of the tokens that is hidden. */
  readonly density: number;
  /** Mean length of a hidden span, in tokens. */
  readonly meanSpan: number;
  /** The tokens that stand for hidden spans, in order: `<extra_id_0>`, `<extra_id_1>`, ... */
  readonly sentinels: readonly number[];
  readonly endId: number;
}

/** As in Raffel et al. 2020, section 3.1.4 and table 7. */
export const usualCorruption = { density: 0.15, meanSpan: 3 } as const;

/**
 * Span corruption: hides spans of the text behind sentinels; the target is the hidden spans, each
 * after its sentinel, then one more sentinel (Raffel et al. 2020, section 3.1.4 and figure 2). Both
 * end with `endId`.
 * @param tokens without special tokens; of fewer than two, nothing can be hidden: null
 */
export function corruptSpans(
  tokens: readonly number[],
  corruption: Corruption,
  random: Random,
): TokenPair | null {
  if (tokens.length < 2 || corruption.sentinels.length < 2) return null;
  const { hidden, spans } = spanCounts(tokens.length, corruption);
  const shown = gaps(tokens.length - hidden, spans, random);
  const lengths = parts(hidden, spans, random);
  const source: number[] = [];
  const target: number[] = [];
  let at = 0;
  for (let span = 0; span < spans; span++) {
    const from = at + (shown[span] as number);
    const to = from + (lengths[span] as number);
    const sentinel = corruption.sentinels[span] as number;
    source.push(...tokens.slice(at, from), sentinel);
    target.push(sentinel, ...tokens.slice(from, to));
    at = to;
  }
  source.push(...tokens.slice(at), corruption.endId);
  target.push(corruption.sentinels[spans] as number, corruption.endId);
  return { source, target };
}

/** How many tokens are hidden and in how many spans; at least one, and one token stays. */
function spanCounts(
  length: number,
  { density, meanSpan, sentinels }: Corruption,
): { hidden: number; spans: number } {
  const hidden = Math.min(Math.max(Math.round(length * density), 1), length - 1);
  const wanted = Math.max(Math.round(hidden / meanSpan), 1);
  // Spans must not touch, so each but the first needs a shown token before it.
  return { hidden, spans: Math.min(wanted, length - hidden + 1, sentinels.length - 1) };
}

/**
 * The longest text whose corrupted source, with its end, has at most `limit` tokens: what a long
 * text is cut into, so that sources come out full.
 */
export function textLengthFor(limit: number, corruption: Corruption): number {
  let length = 1;
  while (sourceLength(length + 1, corruption) <= limit) length++;
  return length;
}

function sourceLength(length: number, corruption: Corruption): number {
  const { hidden, spans } = spanCounts(length, corruption);
  return length - hidden + spans + 1;
}

/** `total` in `count` parts of at least one, each division as likely as any other. */
function parts(total: number, count: number, random: Random): number[] {
  const cuts = distinct(count - 1, total - 1, random).map((cut) => cut + 1);
  return [...cuts, total].map((cut, i) => cut - (cuts[i - 1] ?? 0));
}

/** Lengths of shown text before, between and after `spans` spans; only the outer ones may be 0. */
function gaps(total: number, spans: number, random: Random): number[] {
  const padded = parts(total + 2, spans + 1, random);
  return padded.map((length, i) => length - (i === 0 || i === spans ? 1 : 0));
}
