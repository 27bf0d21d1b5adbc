import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MlError } from '../errors.ts';

/** The part of a Hugging Face `config.json` that decides what a BERT encoder computes. */
export const bertConfig = z.looseObject({
  model_type: z.string().default('bert'),
  hidden_size: z.number().int().positive(),
  num_hidden_layers: z.number().int().nonnegative(),
  num_attention_heads: z.number().int().positive(),
  intermediate_size: z.number().int().positive(),
  vocab_size: z.number().int().positive(),
  max_position_embeddings: z.number().int().positive(),
  type_vocab_size: z.number().int().positive().default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: z.enum(['gelu', 'gelu_new', 'relu']).default('gelu'),
  pad_token_id: z.number().int().nonnegative().default(0),
});
export type BertConfig = z.infer<typeof bertConfig>;

/**
 * Reads `config.json` of a model folder.
 * @throws MlError when it is missing, damaged, or of a model that is not a BERT-type encoder
 */
export async function readBertConfig(folder: string): Promise<BertConfig> {
  const path = join(folder, 'config.json');
  const content = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new MlError('BAD_FILE', `Cannot read ${path}: ${cause.message}`, { cause });
  });
  return parseBertConfig(content, path);
}

/** @param where names the source in errors */
export function parseBertConfig(content: string, where: string): BertConfig {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (cause) {
    throw new MlError('BAD_FILE', `${where} is not JSON.`, { cause });
  }
  const parsed = bertConfig.safeParse(json);
  if (!parsed.success)
    throw new MlError(
      'BAD_FILE',
      `${where} is not the config of a BERT encoder: ${z.prettifyError(parsed.error)}`,
    );
  const { hidden_size, num_attention_heads } = parsed.data;
  if (hidden_size % num_attention_heads)
    throw new MlError(
      'BAD_FILE',
      `${where}: ${hidden_size} does not divide into ${num_attention_heads} heads.`,
    );
  return parsed.data;
}
