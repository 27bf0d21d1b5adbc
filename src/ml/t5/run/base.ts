import { join } from 'node:path';
import { MlError } from '../../errors.ts';
import { loadTokenizer } from '../../tokenizer/load.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { readSafetensors } from '../../weights/safetensors.ts';
import type { Weights } from '../../weights/weights.ts';
import { readT5Config, type T5Config } from '../config.ts';
import { pickT5Weights } from '../parameters.ts';
import { adapterWeights } from '../training/adapters.ts';

/** A text-to-text model to start from: the shipped base, a pulled one, or a version of ours. */
export interface T5Base {
  readonly folder: string;
  readonly config: T5Config;
  /** With those of adapters, where the version has some. */
  readonly weights: Weights;
  readonly tokenizer: Tokenizer;
}

/** @throws MlError when a file is missing or damaged, or is of another kind of model */
export async function loadT5Base(folder: string): Promise<T5Base> {
  const config = await readT5Config(join(folder, 'config.json'));
  const tokenizer = await loadTokenizer(folder);
  const file = await readSafetensors(join(folder, 'model.safetensors'));
  if (tokenizer.vocabularySize > config.vocabulary)
    throw new MlError(
      'SHAPE_MISMATCH',
      `The tokenizer of ${folder} knows ${tokenizer.vocabularySize} tokens, its model ${config.vocabulary}.`,
    );
  const weights = new Map([...pickT5Weights(config, file), ...adapterWeights(file)]);
  return { folder, config, weights, tokenizer };
}
