import { fitCalibration } from '../../calibration/calibration.ts';
import { fitIsotonic } from '../../calibration/isotonic.ts';
import { evaluate, type Judged } from '../../metrics/evaluate.ts';
import type { Metrics } from '../../run/messages.ts';
import type { TrainingRow } from '../../run/spec.ts';
import type { Decoder } from '../decode/decoder.ts';
import { type AnswerLimits, ask, type Said } from './answers.ts';
import { type Confidence, type Judgement, judgementsOf } from './confidence.ts';
import { answerScores, asList, sameAnswer } from './scores.ts';
import type { TextTask } from './text-task.ts';
import { chooseThreshold, isSure, type Threshold } from './threshold.ts';

/** How what a model says becomes answers; fitted on validation rows. */
export interface Fitted extends Confidence {
  readonly threshold: Pick<Threshold, 'least'>;
}

/** What a model said of rows with labels. */
export interface Asked {
  readonly task: TextTask;
  readonly rows: readonly TrainingRow[];
  readonly said: Said;
}

/** Asks a model about rows with labels. */
export async function askRows<State>(
  decoder: Decoder<State>,
  task: TextTask,
  rows: readonly TrainingRow[],
  limits: AnswerLimits,
): Promise<Asked> {
  return { task, rows, said: await ask(decoder, task, rows, limits) };
}

/** Calibrates confidences and chooses what is "unknown", so that `precision` of the others are right. */
export function fitAnswers(asked: Asked, precision: number): Fitted {
  const confidence = fitConfidence(asked);
  const judgements = judgementsOf(asked.said, confidence, asked.rows);
  return { ...confidence, threshold: fitThreshold(asked, judgements, precision) };
}

function fitConfidence({ task, rows, said }: Asked): Confidence {
  if (rows.length === 0) return {};
  if ('probabilities' in said)
    return { calibration: fitCalibration(said.probabilities, numbersOf(task, rows)) };
  const right = said.answers.map(({ tokens }, i) => isRight(task, tokens, rows[i] as TrainingRow));
  const scores = said.answers.map(({ logProb }) => logProb);
  return { confidence: fitIsotonic(scores, right.map(Number)) };
}

/** @param judgements of the rows that were asked about */
export function fitThreshold(
  { task, rows }: Asked,
  judgements: readonly Judgement[],
  precision: number,
): Threshold {
  const right = judgements.map(({ answer }, i) => isRight(task, answer, rows[i] as TrainingRow));
  const confidences = judgements.map(({ confidence }) => confidence);
  return chooseThreshold(confidences, right, precision);
}

/**
 * Every metric: of one label a row those of any classifier, of texts and lists `exactMatch`; and of
 * the answers that are sure enough `given`: their share and their precision.
 */
export function measureAnswers(asked: Asked, fitted: Fitted): Metrics {
  const { task, rows, said } = asked;
  const judgements = judgementsOf(said, fitted, rows);
  const given = givenOf(asked, judgements, fitted);
  if ('probabilities' in said) {
    const probabilities = judgements.map((one) => one.probabilities ?? []);
    return { ...evaluate(judgedOf(task, rows, probabilities)), given };
  }
  const read = judgements.map(({ answer }) => asList(task.read(answer as readonly number[])));
  return { ...answerScores(read, rows), given };
}

/** Probabilities (N, labels) beside the rows' labels. */
export function judgedOf(
  task: Pick<TextTask, 'labels'>,
  rows: readonly TrainingRow[],
  probabilities: readonly (readonly number[])[],
): Judged {
  return { kind: 'CLASSIFY', labels: task.labels, probabilities, truth: numbersOf(task, rows) };
}

/** What those see who do not want to hear of unsure answers. */
function givenOf(
  { task, rows }: Asked,
  judgements: readonly Judgement[],
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

/** The rows' labels by their numbers. */
export function numbersOf(
  { labels }: Pick<TextTask, 'labels'>,
  rows: readonly TrainingRow[],
): number[] {
  return rows.map(({ label }) => labels.indexOf(String(label)));
}
