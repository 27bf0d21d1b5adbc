import type { Metrics } from '../../run/messages.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { type Fitted, fitAnswers, judgeRows } from './judge.ts';
import type { TaskRows } from './task-rows.ts';
import { createTextTask, type TextTaskOptions } from './text-task.ts';

/** A task that a model has learnt: how its answers are read, and what they are worth. */
export interface JudgedTask {
  readonly options: TextTaskOptions;
  readonly fitted: Fitted;
  /** On the test rows. */
  readonly metrics: Metrics;
}

/** Calibrates on a task's validation rows and measures on its test rows. */
export async function judgeTask<State>(
  decoder: Decoder<State>,
  tokenizer: Tokenizer,
  { options, sides }: TaskRows,
  own: T5Hyperparameters,
): Promise<JudgedTask> {
  const task = createTextTask(tokenizer, options);
  const fitted = await fitAnswers(decoder, task, sides.validation, own, own.targetPrecision);
  return { options, fitted, metrics: await judgeRows(decoder, task, sides.test, own, fitted) };
}

/** What a version has to know of a task to answer it. */
export function manifestOf({ options, fitted }: JudgedTask) {
  const { name, labels, several, language, maxLength, maxTokens } = options;
  const { calibration, confidence, threshold } = fitted;
  return {
    task: { kind: 'GENERATE' as const, name, labels: [...labels] },
    ...{ several, language, maxLength, maxTokens },
    ...(calibration && { calibration }),
    ...(confidence && { confidence }),
    leastConfidence: threshold.least,
  };
}
