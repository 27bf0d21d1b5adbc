import { permutation, type Random } from '../random.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** What masking needs to know of a vocabulary. */
export interface MaskVocabulary {
  readonly mask: number;
  readonly size: number;
  /** 1 for tokens that may be masked: all but special ones. */
  readonly maskable: Uint8Array;
  /** 1 for tokens that go on with the word before (`##ing`). */
  readonly continues: Uint8Array;
  /** 1 for single Han characters: words of one or more of them are written without spaces. */
  readonly han: Uint8Array;
}

export function maskVocabulary({ vocabularySize, special, tokenOf }: Tokenizer): MaskVocabulary {
  const reserved = new Set([special.pad, special.unk, special.cls, special.sep, special.mask]);
  const flags = (test: (token: string, id: number) => boolean) =>
    Uint8Array.from({ length: vocabularySize }, (_, id) => (test(tokenOf(id), id) ? 1 : 0));
  return {
    mask: special.mask ?? special.unk,
    size: vocabularySize,
    maskable: flags((_, id) => !reserved.has(id)),
    continues: flags((token) => token.startsWith('##')),
    han: flags((token) => /^\p{sc=Han}$/u.test(token)),
  };
}

/**
 * Hides `count` tokens of a row in place, whole words at a time: 80% become [MASK], 10% another
 * token, 10% stay (Devlin et al. 2019, sec. 3.1; whole words as in their later release). In Chinese
 * every second chosen character takes the next one with it.
 * @returns the places that were hidden; the caller has the original ids. Fewer than `count` where
 *   the row has no more.
 */
export function maskRow(
  ids: Int32Array,
  count: number,
  vocabulary: MaskVocabulary,
  random: Random,
): number[] {
  const chosen: number[] = [];
  for (const start of permutation(ids.length, random)) {
    if (chosen.length >= count) break;
    for (const place of wordAt(ids, start, vocabulary, random))
      if (chosen.length < count && !chosen.includes(place)) chosen.push(place);
  }
  for (const place of chosen) ids[place] = hidden(ids[place] ?? 0, vocabulary, random);
  return chosen;
}

/** The places of the word that starts here; none inside a word. */
function wordAt(
  ids: Int32Array,
  start: number,
  { maskable, continues, han }: MaskVocabulary,
  random: Random,
): number[] {
  const first = ids[start] ?? 0;
  if (!maskable[first] || continues[first]) return [];
  const places = [start];
  let next = start + 1;
  while (next < ids.length && continues[ids[next] ?? 0]) places.push(next++);
  if (han[first] && han[ids[next] ?? 0] && random() < 0.5) places.push(next);
  return places;
}

function hidden(id: number, { mask, size }: MaskVocabulary, random: Random): number {
  const draw = random();
  if (draw < 0.8) return mask;
  return draw < 0.9 ? Math.floor(random() * size) : id;
}
