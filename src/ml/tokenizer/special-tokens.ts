import type { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { MlError } from '../errors.ts';
import type { SpecialTokens } from './tokenizer.ts';

/** The spellings in use where tokenizer_config.json does not name the token: BERT's, T5's. */
const SPELLINGS = {
  pad: ['[PAD]', '<pad>'],
  unk: ['[UNK]', '<unk>'],
  cls: ['[CLS]', '<s>'],
  sep: ['[SEP]', '</s>'],
  mask: ['[MASK]', '<mask>'],
  eos: ['</s>'],
} as const;

/** @throws MlError when there is no padding or unknown token: nothing could be batched. */
export function specialTokens(
  engine: HuggingFaceTokenizer,
  config: object,
  where: string,
): SpecialTokens {
  const found: { [name: string]: number } = {};
  for (const [name, spellings] of Object.entries(SPELLINGS)) {
    const id = [named(config, `${name}_token`), ...spellings]
      .map((token) => token && engine.token_to_id(token))
      .find((id) => typeof id === 'number');
    if (typeof id === 'number') found[name] = id;
  }
  const { pad, unk, ...optional } = found;
  if (pad === undefined || unk === undefined)
    throw new MlError('BAD_FILE', `${where} has no padding token or no unknown token.`);
  return { pad, unk, ...optional, sentinels: sentinels(engine) };
}

/** A name in tokenizer_config.json is a string, or an object that holds it as `content`. */
function named(config: object, key: string): string | undefined {
  const value: unknown = Reflect.get(config, key);
  const content =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'content') : value;
  return typeof content === 'string' ? content : undefined;
}

function sentinels(engine: HuggingFaceTokenizer): number[] {
  const ids: number[] = [];
  for (;;) {
    const id = engine.token_to_id(`<extra_id_${ids.length}>`);
    if (id === undefined) return ids;
    ids.push(id);
  }
}
