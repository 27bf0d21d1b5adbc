import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BertConfig, readBertConfig } from '../bert/config.ts';
import { bertWeights } from '../bert/parameters.ts';
import { MlError } from '../errors.ts';
import { loadTokenizer } from '../tokenizer/load.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import type { Weights } from '../weights/weights.ts';

/** A text encoder to start from. */
export interface Base {
  readonly config: BertConfig;
  readonly encoder: Weights;
  /** All weights of the file under their names there: heads too. */
  readonly file: Weights;
  readonly tokenizer: Tokenizer;
}

/** @throws MlError when a file of the folder is missing, damaged or does not go with the others */
export async function loadBase(folder: string): Promise<Base> {
  const config = await readBertConfig(folder);
  const tokenizer = await loadTokenizer(folder);
  const file = await readSafetensors(join(folder, 'model.safetensors'));
  if (tokenizer.vocabularySize > config.vocab_size)
    throw new MlError(
      'SHAPE_MISMATCH',
      `The tokenizer of ${folder} knows ${tokenizer.vocabularySize} tokens, its model ${config.vocab_size}.`,
    );
  return { config, encoder: bertWeights(config, file), file, tokenizer };
}

/** The files of a model folder that say how text becomes ids; a version keeps its base's. */
export async function tokenizerFiles(folder: string): Promise<Map<string, Buffer>> {
  const names = ['tokenizer.json', 'tokenizer_config.json'];
  const there = names.filter((name) => existsSync(join(folder, name)));
  const files = await Promise.all(there.map((name) => readFile(join(folder, name))));
  return new Map(there.map((name, i) => [name, files[i] as Buffer]));
}
