import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maskRow, maskVocabulary } from '../../../src/ml/pretrain/mask.ts';
import { seededRandom } from '../../../src/ml/random.ts';
import { createTokenizer } from '../../../src/ml/tokenizer/load.ts';
import { bertDefinition } from '../../../src/ml/tokenizer/train/bert-definition.ts';

const words = ['card', '##s', '##hip', 'lost', '银', '行', '卡', '?'];
const tokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...words];
const vocabulary = maskVocabulary(createTokenizer(bertDefinition(tokens), {}, 'test'));
const id = (token: string) => tokens.indexOf(token);
const text = (...row: string[]) => Int32Array.from(['[CLS]', ...row, '[SEP]', '[PAD]'], id);

describe('masking a row', () => {
  it('knows which tokens may be hidden and which go on with a word', () => {
    const named = (flags: Uint8Array) => tokens.filter((_, i) => flags[i]);
    expect(named(vocabulary.maskable)).toEqual(words);
    expect(named(vocabulary.continues)).toEqual(['##s', '##hip']);
    expect(named(vocabulary.han)).toEqual(['银', '行', '卡']);
  });

  it('hides as many as asked for, of the words alone, and changes nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer(),
        (row, count, seed) => {
          const original = text(...row);
          const ids = original.slice();
          const places = maskRow(ids, count, vocabulary, seededRandom(seed).next);
          expect(new Set(places).size).toBe(places.length);
          expect(places.length).toBeLessThanOrEqual(count);
          for (const place of places) expect(vocabulary.maskable[original[place] ?? 0]).toBe(1);
          ids.forEach((value, place) => {
            if (!places.includes(place)) expect(value).toBe(original[place]);
          });
        },
      ),
    );
  });

  it('hides a word with all its pieces', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const places = maskRow(text('card', '##s', '##hip'), 3, vocabulary, seededRandom(seed).next);
      expect([...places].sort()).toEqual([1, 2, 3]);
    }
  });

  it('puts the mask for 80 of 100, another token for 10, and leaves 10', () => {
    const { next } = seededRandom(3);
    let [masks, kept, total] = [0, 0, 0];
    for (let run = 0; run < 4_000; run += 1) {
      const ids = text('lost', '?', 'lost', '?');
      const original = ids.slice();
      for (const place of maskRow(ids, 1, vocabulary, next)) {
        total += 1;
        if (ids[place] === vocabulary.mask) masks += 1;
        if (ids[place] === original[place]) kept += 1;
      }
    }
    // A random token is the mask, or the token itself, once in 13.
    expect(masks / total).toBeCloseTo(0.8 + 0.1 / 13, 1);
    expect(kept / total).toBeCloseTo(0.1 + 0.1 / 13, 1);
    expect(total).toBe(4_000);
  });
});
