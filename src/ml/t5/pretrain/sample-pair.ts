import type { Sample } from '../../pretrain/text/sample.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { TokenPair } from '../data/corrupt.ts';
import { withPrefix } from '../data/prefix.ts';

/** How a generated text's sentiment is answered in Chinese. */
const SENTIMENTS: Readonly<Record<string, string>> = {
  positive: '正面',
  negative: '负面',
  neutral: '中性',
};

/** A generated text as a question to the model, and what its writer knew of it as the answer. */
export function samplePair(tokenizer: Tokenizer, sample: Sample, maxLength: number): TokenPair {
  const question = withPrefix(sample.task, sample.language, sample.text);
  return {
    source: Array.from(tokenizer.encode(question, { maxLength })),
    target: Array.from(tokenizer.encode(answerOf(sample), { maxLength })),
  };
}

/** `positive` or 正面; `bank.card_lost` is "card lost". */
function answerOf({ label, language, task }: Sample): string {
  if (task === 'sentiment' && language === 'zh') return SENTIMENTS[label] ?? label;
  return label.slice(label.indexOf('.') + 1).replaceAll('_', ' ');
}
