import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { MlError } from '../errors.ts';
import { encodeTokens } from './encode.ts';
import { specialTokens } from './special-tokens.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * The tokenizer of a model folder: its `tokenizer.json`, with `tokenizer_config.json` if there is one.
 * @throws MlError when the file is missing, damaged, or of a kind that cannot be run
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const path = join(folder, 'tokenizer.json');
  const definition = await readJson(path);
  const config = await readJson(join(folder, 'tokenizer_config.json'), {});
  return createTokenizer(definition, config, path);
}

/**
 * A tokenizer of the contents of a `tokenizer.json`.
 * @param where names the source in errors
 */
export function createTokenizer(definition: object, config: object, where: string): Tokenizer {
  const engine = build(definition, config, where);
  const vocabularySize = engine.get_vocab().size;
  if (vocabularySize === 0) throw damaged(where, 'its vocabulary is empty');
  const special = specialTokens(engine, config, where);
  const encode: Tokenizer['encode'] = (text, options) =>
    encodeTokens(engine, special.unk, text, options);
  return {
    vocabularySize,
    special,
    encode,
    encodeBatch: (texts, options) => texts.map((text) => encode(text, options)),
    decode: (ids) =>
      ids.length === 0 ? '' : engine.decode(Array.from(ids), { skip_special_tokens: true }),
    tokenOf: (id) => engine.id_to_token(id) ?? '',
  };
}

function build(definition: object, config: object, where: string): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(definition, config);
  } catch (cause) {
    throw damaged(where, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

async function readJson(path: string, absent?: object): Promise<object> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    if (cause.code === 'ENOENT' && absent) return JSON.stringify(absent);
    throw new MlError('BAD_FILE', `Cannot read the tokenizer ${path}: ${cause.message}`, { cause });
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw damaged(path, 'it is not JSON', cause);
  }
  throw damaged(path, 'it is not a JSON object');
}

function damaged(where: string, why: string, cause?: unknown): MlError {
  return new MlError(
    'BAD_FILE',
    `${where} is not a usable tokenizer (${why}): copy it again from where the model came from.`,
    { cause },
  );
}
