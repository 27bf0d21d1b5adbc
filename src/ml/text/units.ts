import { NO_TAG } from '../tasks/sequence.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** What SEQUENCE gives a tag: words between spaces, and Han characters one by one. */
export function unitsOf(text: string): string[] {
  return text.match(/\p{Script=Han}|[^\s\p{Script=Han}]+/gu) ?? [];
}

export interface TaggedTokens {
  /** Token ids with the special tokens. */
  readonly ids: Int32Array;
  /** For each token, the place of the unit that it is the first piece of, or NO_TAG. */
  readonly units: Int32Array;
}

/** Tokens of a text, and which unit each speaks for; units beyond `maxLength` tokens have none. */
export function encodeUnits(tokenizer: Tokenizer, text: string, maxLength: number): TaggedTokens {
  const ids: number[] = [];
  const units: number[] = [];
  const empty = tokenizer.encode('', { maxLength });
  const [first, last] = [empty.slice(0, 1), empty.slice(1)];
  for (const [place, unit] of unitsOf(text).entries()) {
    const pieces = tokenizer.encode(unit, { maxLength }).slice(1, -1);
    if (ids.length + pieces.length > maxLength - 2) break;
    ids.push(...pieces);
    units.push(...Array.from(pieces, (_, i) => (i === 0 ? place : NO_TAG)));
  }
  return {
    ids: Int32Array.from([...first, ...ids, ...last]),
    units: Int32Array.from([NO_TAG, ...units, NO_TAG]),
  };
}
