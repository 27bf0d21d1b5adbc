/** A piece of a text. */
export interface Word {
  readonly start: number;
  readonly end: number;
}

const WORD = /[\p{Script=Han}]|[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu;

/**
 * The words that tags of a text are given for, as BERT's basic tokenizer has them: between blanks,
 * each Chinese character and each sign by itself.
 */
export const splitWords = (text: string): Word[] =>
  [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
  }));
