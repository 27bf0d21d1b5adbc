import { MlError } from '../errors.ts';
import { createTokenizer } from '../tokenizer/load.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { BERT_SPECIAL, bertDefinition } from '../tokenizer/train/bert-definition.ts';
import { countWords } from '../tokenizer/train/pre-tokenize.ts';
import { trainWordPiece } from '../tokenizer/train/wordpiece.ts';
import type { Weight, Weights } from '../weights/weights.ts';
import type { Base } from './base.ts';

/** A base that reads by another vocabulary, and the files that say so. */
export interface OwnVocabulary {
  readonly base: Base;
  readonly files: ReadonlyMap<string, string | Buffer>;
}

const WORDS = 'embeddings.word_embeddings.weight';
const BIAS = 'cls.predictions.bias';
const LONGEST_TOKEN = 128;
/** A sign that comes once is most likely a slip. */
const LEAST_SEEN = 2;

/** What `tokenizer_config.json` says: as Hugging Face's BertTokenizer is set up. */
const CONFIG = {
  tokenizer_class: 'BertTokenizer',
  do_lower_case: true,
  pad_token: '[PAD]',
  unk_token: '[UNK]',
  cls_token: '[CLS]',
  sep_token: '[SEP]',
  mask_token: '[MASK]',
};

/**
 * The base with a WordPiece vocabulary of these texts. The vectors of tokens that both know are carried
 * over; one that is new starts as the mean of those that the base reads it as (as Gee et al. 2022,
 * "Fast vocabulary transfer").
 * @param size of the vocabulary, at most: few texts fill less
 * @throws MlError INSUFFICIENT_DATA when the texts have no words
 */
export function withOwnVocabulary(
  base: Base,
  texts: Iterable<string>,
  size: number,
): OwnVocabulary {
  // Signs take up to two tokens each; the rest is for pieces of words.
  const vocabulary = trainWordPiece(countWords(texts), {
    ...{ vocabularySize: size, minCharacterCount: LEAST_SEEN, maxCharacters: Math.floor(size / 3) },
  });
  if (vocabulary.length === BERT_SPECIAL.length)
    throw new MlError('INSUFFICIENT_DATA', 'The texts have no words to make a vocabulary of.');
  const definition = bertDefinition(vocabulary);
  const tokenizer = createTokenizer(definition, CONFIG, 'the vocabulary of the texts');
  const sources = sourcesOf(vocabulary, base.tokenizer);
  return {
    base: {
      config: {
        ...base.config,
        vocab_size: vocabulary.length,
        pad_token_id: tokenizer.special.pad,
      },
      encoder: carried(base.encoder, sources),
      file: carried(base.file, sources),
      tokenizer,
    },
    files: new Map([
      ['tokenizer.json', JSON.stringify(definition)],
      ['tokenizer_config.json', `${JSON.stringify(CONFIG, null, 2)}\n`],
    ]),
  };
}

/** For each token the base's ids that it is made of; none for what the base cannot read. */
function sourcesOf(vocabulary: readonly string[], base: Tokenizer): number[][] {
  const { pad, unk, cls, sep, mask } = base.special;
  const roles = new Map(
    BERT_SPECIAL.map((token, i) => [token as string, [pad, unk, cls, sep, mask][i]]),
  );
  const known = new Map<string, number>();
  for (let id = 0; id < base.vocabularySize; id++) known.set(base.tokenOf(id), id);
  const special = new Set([pad, unk, cls, sep, mask]);
  return vocabulary.map((token) => {
    const same = roles.has(token) ? roles.get(token) : known.get(token);
    if (same !== undefined) return [same];
    const ids = base.encode(token.replace(/^##/, ''), { maxLength: LONGEST_TOKEN });
    return [...ids].filter((id) => !special.has(id));
  });
}

/** Weights with one row (or number) a token made anew from those of the base. */
function carried(weights: Weights, sources: readonly number[][]): Weights {
  const isOfTokens = (name: string) => name.endsWith(WORDS) || name === BIAS;
  return new Map(
    [...weights].map(([name, weight]) => [
      name,
      isOfTokens(name) ? meanRows(weight, sources) : weight,
    ]),
  );
}

/** Row i is the mean of the rows that `sources[i]` names, or of all where it names none. */
function meanRows({ shape, data }: Weight, sources: readonly number[][]): Weight {
  const [rows = 0, width = 1] = shape;
  const whole = Array.from({ length: rows }, (_, row) => row);
  let average: Float32Array | undefined;
  const meanOf = (from: readonly number[]) => {
    const mean = new Float32Array(width);
    for (const row of from)
      for (let i = 0; i < width; i++)
        mean[i] = (mean[i] as number) + (data[row * width + i] as number) / from.length;
    return mean;
  };
  const made = new Float32Array(sources.length * width);
  for (const [row, from] of sources.entries()) {
    if (from.length === 0) average ??= meanOf(whole);
    made.set(from.length === 0 ? (average as Float32Array) : meanOf(from), row * width);
  }
  return { shape: [sources.length, ...shape.slice(1)], data: made };
}
