import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packLines } from '../../ml/pretrain/shards.ts';
import { writeSamples } from '../../ml/pretrain/text/write.ts';
import { loadTokenizer } from '../../ml/tokenizer/load.ts';
import type { Tokenizer } from '../../ml/tokenizer/tokenizer.ts';
import { countStretches } from '../../ml/tokenizer/train/stretches.ts';
import { t5Definition } from '../../ml/tokenizer/train/t5-definition.ts';
import { trainUnigram } from '../../ml/tokenizer/train/unigram.ts';
import { cached } from './cached.ts';
import { buildDocuments, type CorpusOptions } from './corpus.ts';
import { upTo } from './up-to.ts';

/** With 3 special tokens and 100 sentinels: 16,000 in all. */
const PIECES = 15_897;
const GENERATED = 200_000;
/** Characters of documents and of generated text for the pieces, which need far less than a model. */
const SAMPLE = { documents: 3e6, customers: 1.5e6 };

export interface PreparedT5 {
  readonly tokenizer: Tokenizer;
  /** Texts one after the other, each ended by </s>. */
  readonly tokens: Uint16Array;
}

/**
 * The T5 sibling's tokenizer, in `<cache>/t5/`, and its token file: lines ended by </s>, ids of 16
 * bits, from which span corruption cuts its examples.
 */
export async function prepareT5(options: CorpusOptions, seed: number): Promise<PreparedT5> {
  const documents = await buildDocuments(options);
  const customers = [...writeSamples(seed, GENERATED)].map(({ text }) => text);
  const folder = join(options.cache, 't5');
  const tokenizer = await t5Tokenizer(folder, [
    ...upTo(documents, SAMPLE.documents),
    ...upTo(customers, SAMPLE.customers),
  ]);
  const bytes = await cached(join(folder, 'text.u16'), () =>
    packLines(tokenizer, [...customers, ...documents]),
  );
  const tokens = new Uint16Array(bytes);
  options.say(`t5: ${tokenizer.vocabularySize} pieces, ${tokens.length} tokens`);
  return { tokenizer, tokens };
}

async function t5Tokenizer(folder: string, texts: readonly string[]): Promise<Tokenizer> {
  const path = join(folder, 'tokenizer.json');
  if ((await readFile(path).catch(() => undefined)) === undefined) {
    const pieces = trainUnigram(countStretches(texts), {
      vocabularySize: PIECES,
      maxPieceLength: 10,
      seedSize: 60_000,
    });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(CONFIG, null, 2));
    await writeFile(path, JSON.stringify(t5Definition(pieces)));
  }
  return loadTokenizer(folder);
}

const CONFIG = {
  tokenizer_class: 'T5Tokenizer',
  pad_token: '<pad>',
  unk_token: '<unk>',
  eos_token: '</s>',
  clean_up_tokenization_spaces: false,
};
