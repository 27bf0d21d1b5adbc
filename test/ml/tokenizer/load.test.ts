import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTokenizer, loadTokenizer } from '../../../src/ml/tokenizer/load.ts';
import { bertDefinition } from '../../../src/ml/tokenizer/train/bert-definition.ts';
import { t5Definition } from '../../../src/ml/tokenizer/train/t5-definition.ts';

const words = ['the', 'card', 'is', 'lost', '##s', '银', '行', '卡', '丢', '了', 'é', '?'];
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...words];
const idOf = (token: string) => vocabulary.indexOf(token);
const bert = createTokenizer(bertDefinition(vocabulary), {}, 'test');
const CLS = 2;
const SEP = 3;
const UNK = 1;

describe('a BERT tokenizer', () => {
  it('puts special tokens around lower-cased words and single Han characters', () => {
    expect([...bert.encode('The Cards 银行卡?', { maxLength: 20 })]).toEqual([
      CLS,
      ...['the', 'card', '##s', '银', '行', '卡', '?'].map(idOf),
      SEP,
    ]);
  });

  it('names its special tokens and knows how many tokens there are', () => {
    expect(bert.special).toEqual({ pad: 0, unk: 1, cls: 2, sep: 3, mask: 4, sentinels: [] });
    expect(bert.vocabularySize).toBe(vocabulary.length);
    expect(bert.tokenOf(idOf('##s'))).toBe('##s');
  });

  it('keeps the last special token when it cuts', () => {
    expect([...bert.encode('the card is lost', { maxLength: 4 })]).toEqual([
      CLS,
      idOf('the'),
      idOf('card'),
      SEP,
    ]);
  });

  it('cuts the longer text of a pair first', () => {
    const ids = bert.encode('the card is lost lost lost', { maxLength: 8, pair: '卡 丢' });
    expect([...ids]).toEqual([
      CLS,
      ...['the', 'card', 'is'].map(idOf),
      SEP,
      idOf('卡'),
      idOf('丢'),
      SEP,
    ]);
  });

  it('refuses a length that has no room for the special tokens', () => {
    expect(() => bert.encode('card', { maxLength: 1 })).toThrow(/no room for special tokens/);
  });

  it('writes an empty text as special tokens alone', () => {
    expect([...bert.encode('', { maxLength: 8 })]).toEqual([CLS, SEP]);
    expect(bert.decode([])).toBe('');
  });

  it('gives a text of a megabyte the same ids as its beginning, in no time', () => {
    const text = 'the card is lost 银行卡丢了 '.repeat(40_000);
    expect(bert.encode(text, { maxLength: 64 })).toEqual(
      bert.encode(text.slice(0, 2_000), { maxLength: 64 }),
    );
    expect([...bert.encode('x'.repeat(1_000_000), { maxLength: 64 })]).toEqual([CLS, UNK, SEP]);
  });

  it('drops halves of surrogate pairs and replacement characters, as the published one does', () => {
    expect([...bert.encode('card\ud800 lost\ufffd', { maxLength: 9 })]).toEqual([
      ...bert.encode('card lost', { maxLength: 9 }),
    ]);
  });

  it('takes any text, and never gives more ids than asked for', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.integer({ min: 2, max: 40 }),
        (text, maxLength) => {
          const ids = bert.encode(text, { maxLength });
          expect(ids.length).toBeLessThanOrEqual(maxLength);
          expect([ids[0], ids.at(-1)]).toEqual([CLS, SEP]);
          expect(ids.every((id) => id >= 0 && id < vocabulary.length)).toBe(true);
        },
      ),
    );
  });
});

describe('a T5 tokenizer', () => {
  const pieces = [
    ['▁', -2],
    ['▁card', -3],
    ['s', -3],
    ['卡', -4],
  ] as const;
  const t5 = createTokenizer(t5Definition(pieces), {}, 'test');

  it('ends a text with </s> and counts sentinels down from the last id', () => {
    expect([...t5.encode('cards 卡', { maxLength: 9 })]).toEqual([4, 5, 3, 6, 1]);
    expect(t5.special.eos).toBe(1);
    expect(t5.special.sentinels).toHaveLength(100);
    expect(t5.special.sentinels[0]).toBe(t5.vocabularySize - 1);
  });

  it('gives back the text of its ids', () => {
    expect(t5.decode(t5.encode('cards 卡', { maxLength: 9 }))).toBe('cards 卡');
  });
});

describe('a tokenizer file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cameo-tokenizer-'));
  });

  it('is read from a model folder, with the names of tokenizer_config.json', async () => {
    const odd = vocabulary.map((token) => (token === '[MASK]' ? '<hidden>' : token));
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(bertDefinition(odd)));
    await writeFile(
      join(folder, 'tokenizer_config.json'),
      JSON.stringify({ mask_token: { content: '<hidden>' } }),
    );
    expect((await loadTokenizer(folder)).special.mask).toBe(4);
  });

  it('is refused when it is missing', async () => {
    await expect(loadTokenizer(folder)).rejects.toThrow(
      /Cannot read the tokenizer .*tokenizer\.json/,
    );
  });

  it.each([
    ['cut off', JSON.stringify(bertDefinition(vocabulary)).slice(0, 500), /it is not JSON/],
    ['a list', '[]', /not a JSON object/],
    ['of a model', '{"hidden_size":256}', /not a usable tokenizer/],
    [
      'without words',
      JSON.stringify({ ...bertDefinition([]), added_tokens: [] }),
      /vocabulary is empty/,
    ],
    [
      'without padding',
      JSON.stringify(bertDefinition(['[UNK]', '[CLS]', '[SEP]'])),
      /no padding token/,
    ],
  ])('is refused when it is %s', async (_, content, message) => {
    await writeFile(join(folder, 'tokenizer.json'), content);
    await expect(loadTokenizer(folder)).rejects.toThrow(message);
  });
});
