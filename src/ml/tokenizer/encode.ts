import type { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { MlError } from '../errors.ts';
import type { EncodeOptions } from './tokenizer.ts';

/** Text read at first for each id that is wanted: most texts fit, and a book is not read to its end. */
const CHARACTERS_PER_ID = 16;
/** Tokens beyond the cut that keep a cut inside a word from showing. */
const MARGIN = 128;

/** Ids of a text (or pair), special tokens included, at most `maxLength`: see Tokenizer.encode. */
export function encodeTokens(
  engine: HuggingFaceTokenizer,
  unknown: number,
  text: string,
  { maxLength, pair }: EncodeOptions,
): Int32Array {
  const wrap = (first: string[], second: string[] | null) =>
    engine.post_processor?.(first, second, true).tokens ?? [...first, ...(second ?? [])];
  const room = maxLength - wrap([], pair === undefined ? null : []).length;
  if (!(room >= 0))
    throw new MlError('BAD_INPUT', `A maxLength of ${maxLength} has no room for special tokens.`);
  const first = tokenizeStart(engine, text, room);
  const second = pair === undefined ? null : tokenizeStart(engine, pair, room);
  const [kept, keptSecond] = shareRoom(first, second, room);
  return Int32Array.from(wrap(kept, keptSecond), (token) => engine.token_to_id(token) ?? unknown);
}

/** The tokens of the text, or of a start of it that surely holds `count` of them. */
function tokenizeStart(engine: HuggingFaceTokenizer, text: string, count: number): string[] {
  let length = (count + MARGIN) * CHARACTERS_PER_ID;
  for (;;) {
    const whole = length >= text.length;
    const tokens = engine.tokenize(wellFormed(whole ? text : cutAtSpace(text, length)));
    if (whole || tokens.length >= count + MARGIN) return tokens;
    length *= 8;
  }
}

function cutAtSpace(text: string, length: number): string {
  const start = text.slice(0, length);
  const space = start.lastIndexOf(' ');
  return space > length / 2 ? start.slice(0, space) : start;
}

/** Halves of surrogate pairs are no characters: as in any decoder, each becomes U+FFFD. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Cuts the longer of the two first, token by token, as BERT does. */
function shareRoom(
  first: string[],
  second: string[] | null,
  room: number,
): [string[], string[] | null] {
  if (second === null) return [first.slice(0, room), null];
  const half = Math.floor(room / 2);
  const forFirst = Math.min(first.length, Math.max(room - half, room - second.length));
  return [first.slice(0, forFirst), second.slice(0, room - forFirst)];
}
