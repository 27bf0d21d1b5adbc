import { addedToken } from './bert-definition.ts';
import type { ScoredPiece } from './unigram.ts';

/** The special tokens of T5, in the order of their ids. */
const T5_SPECIAL = ['<pad>', '</s>', '<unk>'] as const;

/** Sentinels at the end of the vocabulary; `<extra_id_0>` has the highest id, as in T5. */
const SENTINELS = 100;

/** The mark of a word's beginning. */
export const SPACE = '▁';

/** The contents of a T5 `tokenizer.json`: special tokens, the pieces, sentinels. */
export function t5Definition(pieces: readonly ScoredPiece[]): object {
  const sentinels = Array.from({ length: SENTINELS }, (_, i) => `<extra_id_${SENTINELS - 1 - i}>`);
  const vocabulary = [
    ...T5_SPECIAL.map((token) => [token, 0] as const),
    ...pieces,
    ...sentinels.map((token) => [token, 0] as const),
  ];
  const special = [...T5_SPECIAL, ...sentinels];
  const ids = new Map(vocabulary.map(([piece], id) => [piece, id]));
  const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const end = { SpecialToken: { id: '</s>', type_id: 0 } };
  const metaspace = { type: 'Metaspace', replacement: SPACE, prepend_scheme: 'always' };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((token) => addedToken(token, ids.get(token) ?? 0)),
    normalizer: { type: 'NFKC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace],
    },
    post_processor: {
      type: 'TemplateProcessing',
      single: [sequence('A'), end],
      pair: [sequence('A'), end, sequence('B'), end],
      special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
    },
    decoder: metaspace,
    model: { type: 'Unigram', unk_id: 2, vocab: vocabulary },
  };
}
