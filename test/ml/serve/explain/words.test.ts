import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { wordsOf } from '../../../../src/ml/serve/explain/words.ts';

const texts = (tokens: (string | undefined)[]) => wordsOf(tokens).map(({ text }) => text);

describe('words out of tokens', () => {
  it.each<[string, (string | undefined)[], string[]]>([
    [
      'WordPiece',
      [undefined, 'box', '##es', 'late', '##ly', '.', undefined],
      ['boxes', 'lately', '.'],
    ],
    ['SentencePiece', ['▁box', 'es', '▁late', '.', undefined], ['boxes', 'late.']],
    [
      'Han characters',
      [undefined, '我', '们', '购', '买', '了', '手', '机', undefined],
      ['我们', '购买', '了', '手机'],
    ],
    ['Han beside Latin', ['iphone', '手', '机', '壳', 'ok'], ['iphone', '手机', '壳', 'ok']],
    ['a special token between', ['box', undefined, '##es'], ['box', 'es']],
    ['nothing', [undefined, undefined], []],
  ])('joins the pieces of %s', (_, tokens, words) => {
    expect(texts(tokens)).toEqual(words);
  });

  it('puts each token in one word, and special ones in none', () => {
    const token = fc.constantFrom('a', '##b', '好', '的', '𠮷', 'ok', '!', undefined);
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const places = wordsOf(tokens).flatMap((word) => word.tokens);
        const ordinary = tokens.flatMap((own, place) => (own === undefined ? [] : [place]));
        expect(places).toEqual(ordinary);
      }),
    );
  });
});
