import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTokenizer } from '../../../src/ml/tokenizer/load.ts';
import { bertDefinition } from '../../../src/ml/tokenizer/train/bert-definition.ts';
import { countWords } from '../../../src/ml/tokenizer/train/pre-tokenize.ts';
import { countStretches } from '../../../src/ml/tokenizer/train/stretches.ts';
import { t5Definition } from '../../../src/ml/tokenizer/train/t5-definition.ts';
import { trainUnigram } from '../../../src/ml/tokenizer/train/unigram.ts';
import { trainWordPiece } from '../../../src/ml/tokenizer/train/wordpiece.ts';

const texts = [
  'the card is lost, the card was lost again',
  'a lower price and the lowest price: the newest and the widest card',
  '银行卡丢了，怎么办？银行卡丢了要挂失',
  'low lower lowest new newer newest wide wider widest',
];
const wordPieceOptions = { vocabularySize: 72, minCharacterCount: 1, maxCharacters: 1_000 };
const unigramOptions = { vocabularySize: 42, maxPieceLength: 8, seedSize: 500 };

/** Texts of the characters that were trained on: inside a word those that were seen inside one. */
const known = [...new Set(texts.join(''))].filter((c) => /[\p{L},?:？，]/u.test(c));
const inner = known.filter(
  (c) => /[a-z]/.test(c) && texts.some((t) => new RegExp(`[a-z]${c}`).test(t)),
);
const knownWord = fc
  .tuple(fc.constantFrom(...known), fc.string({ unit: fc.constantFrom(...inner), maxLength: 8 }))
  .map(([first, rest]) => first + rest);
const knownText = fc.array(knownWord, { maxLength: 8 }).map((words) => words.join(' '));

describe('a trained WordPiece vocabulary', () => {
  const vocabulary = trainWordPiece(countWords(texts), wordPieceOptions);
  const tokenizer = createTokenizer(bertDefinition(vocabulary), {}, 'test');

  it('has the size asked for, special tokens first, nothing twice', () => {
    expect(vocabulary).toHaveLength(72);
    expect(vocabulary.slice(0, 5)).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
    expect(new Set(vocabulary).size).toBe(72);
  });

  it('holds the frequent words whole, and no Chinese word longer than a character', () => {
    expect(vocabulary).toEqual(expect.arrayContaining(['the', 'card', 'lowest', '银', '行']));
    expect(vocabulary.filter((token) => /\p{sc=Han}{2}/u.test(token))).toEqual([]);
  });

  it('merges the most frequent pair first, by counting all pairs of the first round', () => {
    const counts = new Map([
      ['abab', 5],
      ['ba', 3],
      ['bc', 4],
    ]);
    // a##b: 5 (only at a start), ##b##a: 5, ##a##b: 5, b##a: 3, b##c: 4 -> of the three, the first by spelling
    const size = 5 + 6 + 1;
    expect(trainWordPiece(counts, { ...wordPieceOptions, vocabularySize: size }).at(-1)).toBe(
      '##ab',
    );
  });

  it('is the same each time, in whatever order the words come', () => {
    const reversed = new Map([...countWords(texts)].reverse());
    expect(trainWordPiece(reversed, wordPieceOptions)).toEqual(vocabulary);
  });

  it('leaves rare characters to [UNK]', () => {
    const few = trainWordPiece(countWords(['aaa aaa b']), {
      ...wordPieceOptions,
      minCharacterCount: 2,
    });
    expect(few).not.toContain('b');
  });

  it('writes every text of known characters without [UNK], and gives it back', () => {
    fc.assert(
      fc.property(knownText, (text) => {
        const ids = tokenizer.encode(text, { maxLength: 500 });
        expect([...ids]).not.toContain(tokenizer.special.unk);
        const squeeze = (s: string) => s.replaceAll(' ', '');
        expect(squeeze(tokenizer.decode(ids))).toBe(squeeze(text));
      }),
    );
  });
});

describe('trained unigram pieces', () => {
  const words = countStretches(texts);
  const pieces = trainUnigram(words, unigramOptions);
  const config = { clean_up_tokenization_spaces: false };
  const tokenizer = createTokenizer(t5Definition(pieces), config, 'test');

  it('are as many as asked for, with probabilities that sum to no more than 1', () => {
    expect(pieces).toHaveLength(42);
    const sum = pieces.reduce((total, [, score]) => total + Math.exp(score), 0);
    expect(sum).toBeGreaterThan(0.5);
    expect(sum).toBeLessThanOrEqual(1 + 1e-9);
  });

  it('hold every character, and frequent words whole', () => {
    const held = new Set(pieces.map(([piece]) => piece));
    expect(known.filter((character) => !held.has(character.normalize('NFKC')))).toEqual([]);
    expect(held).toContain('▁the');
    expect(held).toContain('▁card');
  });

  it('are the same each time, in whatever order the words come', () => {
    const again = trainUnigram(new Map([...words].sort()), unigramOptions);
    expect(again.map(([piece]) => piece)).toEqual(pieces.map(([piece]) => piece));
  });

  it('write every text of known characters without <unk>, and give it back', () => {
    fc.assert(
      fc.property(knownText, (text) => {
        const ids = tokenizer.encode(text, { maxLength: 500 });
        expect([...ids]).not.toContain(tokenizer.special.unk);
        expect(tokenizer.decode(ids)).toBe(text.normalize('NFKC'));
      }),
    );
  });
});
