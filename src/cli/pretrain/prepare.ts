import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PretrainData } from '../../ml/pretrain/batch.ts';
import { maskVocabulary } from '../../ml/pretrain/mask.ts';
import { packLines, packSamples } from '../../ml/pretrain/shards.ts';
import type { Sample } from '../../ml/pretrain/text/sample.ts';
import { writeSamples } from '../../ml/pretrain/text/write.ts';
import { loadTokenizer } from '../../ml/tokenizer/load.ts';
import type { Tokenizer } from '../../ml/tokenizer/tokenizer.ts';
import { bertDefinition } from '../../ml/tokenizer/train/bert-definition.ts';
import { countWords } from '../../ml/tokenizer/train/pre-tokenize.ts';
import { trainWordPiece } from '../../ml/tokenizer/train/wordpiece.ts';
import { baseConfig } from './base-config.ts';
import { cached } from './cached.ts';
import { buildDocuments, type CorpusOptions } from './corpus.ts';

const GENERATED = 300_000;
const LABELLED = 150_000;
const LABELLED_WIDTH = 32;

/** Text, tokenizer and token files, each made once and kept in the cache. */
export async function prepare(
  options: CorpusOptions,
  seed: number,
): Promise<{ tokenizer: Tokenizer; data: PretrainData }> {
  const documents = await buildDocuments(options);
  const customers = [...writeSamples(seed, GENERATED)].map(({ text }) => text);
  const tokenizer = await prepareTokenizer(options, documents, customers);
  const shard = async (name: string, lines: readonly string[]) => {
    const path = join(options.cache, `${name}.u16`);
    const tokens = new Uint16Array(await cached(path, () => packLines(tokenizer, lines)));
    options.say(`${name}: ${tokens.length} tokens`);
    return tokens;
  };
  const [chinese, rest] = byWriting(documents);
  // Shares follow what the encoder is for: customers' language first, general text beside it.
  const shards = [
    { tokens: await shard('customers', customers), share: 0.45 },
    { tokens: await shard('chinese', chinese), share: 0.25 },
    { tokens: await shard('other', rest), share: 0.3 },
  ].filter(({ tokens }) => tokens.length > 0);
  const samples: Sample[] = [...writeSamples(seed + 1, LABELLED)];
  options.say(`generated: ${samples.length} labelled texts`);
  const labelled = packSamples(tokenizer, samples, LABELLED_WIDTH);
  const cls = tokenizer.special.cls ?? tokenizer.special.unk;
  return { tokenizer, data: { shards, labelled, vocabulary: maskVocabulary(tokenizer), cls } };
}

async function prepareTokenizer(
  { cache, say }: CorpusOptions,
  documents: readonly string[],
  customers: readonly string[],
): Promise<Tokenizer> {
  const path = join(cache, 'tokenizer.json');
  if ((await readFile(path).catch(() => undefined)) === undefined) {
    say('training the vocabulary');
    const words = countWords(both(documents, customers));
    const vocabulary = trainWordPiece(words, {
      vocabularySize: baseConfig.vocab_size,
      minCharacterCount: 8,
      maxCharacters: 6_000,
    });
    await mkdir(cache, { recursive: true });
    await writeFile(path, JSON.stringify(bertDefinition(vocabulary)));
  }
  return loadTokenizer(cache);
}

function* both(first: Iterable<string>, second: Iterable<string>): Generator<string> {
  yield* first;
  yield* second;
}

function byWriting(lines: readonly string[]): [chinese: string[], rest: string[]] {
  const chinese = lines.filter((line) => /\p{sc=Han}/u.test(line));
  return [chinese, lines.filter((line) => !/\p{sc=Han}/u.test(line))];
}
