import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { bertDefinition } from './bert-definition.ts';

/**
 * How often each word occurs, words as BERT sees them: lower-cased, without accents, split at
 * spaces and punctuation, every Han character a word of its own. It is the tokenizer that will run
 * that splits here, so training and use cannot differ.
 */
export function countWords(texts: Iterable<string>): Map<string, number> {
  const { normalizer, pre_tokenizer } = new HuggingFaceTokenizer(bertDefinition(['[UNK]']), {});
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const word of pre_tokenizer?.(normalizer?.(text) ?? text) ?? [])
      counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
