import { evaluate } from '../../metrics/evaluate.ts';
import type { Metrics } from '../../run/messages.ts';
import type { TrainingRow } from '../../run/spec.ts';
import type { Decoder } from '../decode/decoder.ts';
import { probabilitiesOf, textsOf } from './answers.ts';
import {
  type Confidence,
  fitLabelConfidence,
  fitTextConfidence,
  type Judgement,
  judgeLabels,
  judgeTexts,
} from './confidence.ts';
import { answerScores, asList, sameAnswer } from './scores.ts';
import type { TextTask } from './text-task.ts';
import { chooseThreshold, isSure, type Threshold } from './threshold.ts';

export interface AnswerLimits {
  readonly maxTokens: number;
  readonly beams: number;
}

/** How a version's scores become answers, fitted on validation rows. */
export interface Fitted extends Confidence {
  readonly threshold: Pick<Threshold, 'least'>;
}

/** Calibrates confidences on rows with labels and chooses what is "unknown". */
export async function fitAnswers<State>(
  decoder: Decoder<State>,
  task: TextTask,
  rows: readonly TrainingRow[],
  limits: AnswerLimits,
  precision: number,
): Promise<Fitted> {
  const sources = rows.map(({ text = '' }) => task.source(text));
  if (task.labels.length > 0) {
    const raw = await probabilitiesOf(decoder, task, sources);
    const confidence = fitLabelConfidence(raw, numbersOf(task, rows));
    return withThreshold(
      confidence,
      judgeLabels(raw, confidence).judgements,
      task,
      rows,
      precision,
    );
  }
  const answers = await textsOf(decoder, task, sources, limits);
  const right = answers.map(({ tokens }, i) => isRight(task, tokens, rows[i] as TrainingRow));
  const confidence = fitTextConfidence(answers, right);
  return withThreshold(confidence, judgeTexts(answers, confidence), task, rows, precision);
}

function withThreshold(
  confidence: Confidence,
  judgements: readonly Judgement[],
  task: TextTask,
  rows: readonly TrainingRow[],
  precision: number,
): Fitted {
  const right = judgements.map(({ answer }, i) => isRight(task, answer, rows[i] as TrainingRow));
  const confidences = judgements.map((judgement) => judgement.confidence);
  return { ...confidence, threshold: chooseThreshold(confidences, right, precision) };
}

/**
 * Every metric of rows with labels: of one label a row those of any classifier, of texts and lists
 * `exactMatch`; and of the answers that are sure enough `given`: their share and their precision.
 */
export async function judgeRows<State>(
  decoder: Decoder<State>,
  task: TextTask,
  rows: readonly TrainingRow[],
  limits: AnswerLimits,
  fitted: Fitted,
): Promise<Metrics> {
  const sources = rows.map(({ text = '' }) => task.source(text));
  if (task.labels.length > 0) {
    const raw = await probabilitiesOf(decoder, task, sources);
    const { judgements, probabilities } = judgeLabels(raw, fitted);
    const truth = numbersOf(task, rows);
    const judged = { kind: 'CLASSIFY' as const, labels: task.labels, probabilities, truth };
    return { ...evaluate(judged), given: givenOf(task, judgements, rows, fitted) };
  }
  const judgements = judgeTexts(await textsOf(decoder, task, sources, limits), fitted);
  const said = judgements.map(({ answer }) => asList(task.read(answer as readonly number[])));
  return { ...answerScores(said, rows), given: givenOf(task, judgements, rows, fitted) };
}

/** What those see who do not want to hear of unsure answers. */
function givenOf(
  task: TextTask,
  judgements: readonly Judgement[],
  rows: readonly TrainingRow[],
  { threshold }: Fitted,
): Metrics {
  const given = judgements.flatMap(({ answer, confidence }, i) =>
    isSure(confidence, threshold) ? [isRight(task, answer, rows[i] as TrainingRow)] : [],
  );
  return {
    coverage: given.length / rows.length,
    precision: given.length > 0 ? given.filter(Boolean).length / given.length : null,
    leastConfidence: threshold.least,
  };
}

function isRight(
  task: TextTask,
  answer: number | readonly number[],
  { label }: TrainingRow,
): boolean {
  if (typeof answer === 'number') return task.labels[answer] === String(label);
  return sameAnswer(asList(task.read(answer)), asList(label));
}

function numbersOf(task: TextTask, rows: readonly TrainingRow[]): number[] {
  return rows.map(({ label }) => task.labels.indexOf(String(label)));
}
