import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createTokenizer } from '../../../src/ml/tokenizer/load.ts';

const folder = join(process.env.CAMEO_DATA ?? '../shared/data', 'parity/tokenizers');
const there = existsSync(folder);
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

interface Case {
  readonly name: string;
  readonly text: string;
  readonly text_pair?: string;
  readonly ids: number[];
}

/** Which of the published tokenizers each set of expected ids belongs to. */
const models = [
  ['bert-uncased_gte-small', 'expected_bert.json', 'Xenova/bert-base-uncased'],
  ['bert-base-cased', 'expected_bert.json', 'Xenova/bert-base-cased'],
  ['bge-small-zh-v1.5', 'expected_bert.json', 'Xenova/bge-small-zh-v1.5'],
  ['t5-small', 'expected_t5.json', 'Xenova/t5-small'],
  ['t5-small', 'expected_t5.json', 'google-t5/t5-small'],
] as const;

if (!there)
  it.skip(`published tokenizers (no ${folder}: set CAMEO_DATA to the evaluation data)`, () => {});
else
  describe.each(models)('%s', (file, expectations, model) => {
    const tokenizer = createTokenizer(read(`${file}.tokenizer.json`), {}, file);
    const cases: Case[] = read(expectations)[model];

    it.each(cases)('gives the published ids of $name', ({ text, text_pair, ids }) => {
      const pair = text_pair === undefined ? {} : { pair: text_pair };
      expect([...tokenizer.encode(text, { maxLength: 10_000, ...pair })]).toEqual(ids);
    });
  });
