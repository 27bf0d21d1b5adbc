import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BertConfig } from '../../ml/bert/config.ts';
import { keptWeights } from '../../ml/pretrain/loss.ts';
import { writeSafetensors } from '../../ml/weights/safetensors.ts';
import type { Weights } from '../../ml/weights/weights.ts';

/** Writes the model folder: weights as F16, config and tokenizer under their Hugging Face names. */
export async function saveModel(
  folder: string,
  config: BertConfig,
  weights: Weights,
  cache: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
  await copyFile(join(cache, 'tokenizer.json'), join(folder, 'tokenizer.json'));
  await writeFile(
    join(folder, 'tokenizer_config.json'),
    `${JSON.stringify(tokenizerConfig(config.max_position_embeddings), null, 2)}\n`,
  );
  await writeSafetensors(join(folder, 'model.safetensors'), keptWeights(weights), {}, 'F16');
}

function tokenizerConfig(maxLength: number): object {
  return {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    model_max_length: maxLength,
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  };
}
