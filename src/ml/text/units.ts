import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { splitWords } from './words.ts';

/** The unit of a token that speaks for none: special tokens, and all pieces of a word but the first. */
export const NO_TAG = -1;

export interface TaggedTokens {
  /** Token ids with the special tokens. */
  readonly ids: Int32Array;
  /** For each token, the place of the word that it is the first piece of, or NO_TAG. */
  readonly units: Int32Array;
}

/**
 * Tokens of a text, and which of its words (as `splitWords` has them) each speaks for (Devlin et al.
 * 2019, 5.3: the first piece does); words beyond `maxLength` tokens have none.
 */
export function encodeUnits(tokenizer: Tokenizer, text: string, maxLength: number): TaggedTokens {
  const ids: number[] = [];
  const units: number[] = [];
  const empty = tokenizer.encode('', { maxLength });
  const [first, last] = [empty.slice(0, 1), empty.slice(1)];
  for (const [place, { start, end }] of splitWords(text).entries()) {
    const pieces = tokenizer.encode(text.slice(start, end), { maxLength }).slice(1, -1);
    if (ids.length + pieces.length > maxLength - 2) break;
    ids.push(...pieces);
    units.push(...Array.from(pieces, (_, i) => (i === 0 ? place : NO_TAG)));
  }
  return {
    ids: Int32Array.from([...first, ...ids, ...last]),
    units: Int32Array.from([NO_TAG, ...units, NO_TAG]),
  };
}
