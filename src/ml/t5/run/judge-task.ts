import type { FittedBaseline } from '../../baselines/baseline.ts';
import type { Metrics } from '../../run/messages.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { askRows, type Fitted, fitAnswers, measureAnswers } from './judge.ts';
import { stackAnswers } from './stacking.ts';
import type { TaskRows } from './task-rows.ts';
import { createTextTask, type TextTaskOptions } from './text-task.ts';

/** A task that a model has learnt: how its answers are read, and what they are worth. */
export interface JudgedTask {
  readonly options: TextTaskOptions;
  readonly fitted: Fitted;
  /** On the test rows, of what will be served. */
  readonly metrics: Metrics;
  /** Of the model by itself. */
  readonly alone: Metrics;
}

/** What says how a model answers, and how it is judged. */
type JudgedBy = Pick<T5Hyperparameters, 'beams' | 'maxTokens' | 'targetPrecision' | 'stack'>;

/**
 * Calibrates on a task's validation rows and measures on its test rows.
 * @param baseline that answers may be stacked with
 */
export async function judgeTask<State>(
  decoder: Decoder<State>,
  tokenizer: Tokenizer,
  { options, sides }: TaskRows,
  own: JudgedBy,
  baseline?: FittedBaseline,
): Promise<JudgedTask> {
  const task = createTextTask(tokenizer, options);
  const validation = await askRows(decoder, task, sides.validation, own);
  const test = await askRows(decoder, task, sides.test, own);
  const alone = fitAnswers(validation, own.targetPrecision);
  const { fitted, choice } = stackAnswers(validation, alone, own, baseline);
  const measured = measureAnswers(test, alone);
  return {
    ...{ options, fitted: fitted ?? alone, alone: measured },
    metrics: {
      ...(fitted ? { ...measureAnswers(test, fitted), alone: measured } : measured),
      ...(choice && { choice }),
    },
  };
}

/** What a version has to know of a task to answer it. */
export function manifestOf({ options, fitted }: JudgedTask) {
  const { name, labels, several, language, maxLength, maxTokens } = options;
  const { calibration, stacked, confidence, threshold } = fitted;
  return {
    task: { kind: 'GENERATE' as const, name, labels: [...labels] },
    ...{ several, language, maxLength, maxTokens },
    ...(calibration && { calibration }),
    ...(stacked && { stack: stacked.stack }),
    ...(confidence && { confidence }),
    leastConfidence: threshold.least,
  };
}
