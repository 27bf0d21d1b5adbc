import { type KnownPii, type Masked, maskWithPlaces } from '../../ml/text/mask.ts';

/** More than any model here reads: 256 to 512 tokens. */
const MOST_TEXT = 8_000;
/** The part of a text that is masked: what is left of it is enough. */
export const MOST_MASKED = 2 * MOST_TEXT;
/** What cutting may leave of something personal at the end of a text that goes on. */
const TORN = 128;

/** A text that a row can hold: masked, and no longer than a model could need. */
export interface RowText {
  readonly text: string;
  readonly cut: boolean;
  readonly move: Masked['move'];
}

/** Masks a text and cuts it; only as much is masked as can be left of it. */
export function toRowText(original: string, known: KnownPii): RowText {
  const long = original.length > MOST_MASKED;
  const { text, move } = maskWithPlaces(long ? original.slice(0, MOST_MASKED) : original, known);
  const end = Math.min(MOST_TEXT, long ? text.length - TORN : text.length);
  return { text: wholeSigns(text, end).trimEnd(), cut: end < text.length || long, move };
}

/** The text up to `end` without half a character or half a placeholder. */
function wholeSigns(text: string, end: number): string {
  const code = text.charCodeAt(end - 1);
  const kept = text.slice(0, code >= 0xd800 && code <= 0xdbff ? end - 1 : end);
  return end < text.length ? kept.replace(/\[[A-Z]{0,7}$/, '') : kept;
}
