import type { BaselineInput } from '../../baselines/baseline.ts';
import { type Calibration, calibrate } from '../../calibration/calibration.ts';
import { applyIsotonic, type Isotonic } from '../../calibration/isotonic.ts';
import { applyStack } from '../../calibration/stack.ts';
import type { Stacked } from '../../run/stacking.ts';
import type { Answer } from '../decode/decoder.ts';
import type { Said } from './answers.ts';

/** An answer, and the probability that it is right. */
export interface Judgement {
  /** The number of a label, or tokens. */
  readonly answer: number | readonly number[];
  readonly confidence: number;
  /** Of all labels, where the answer is one. */
  readonly probabilities?: readonly number[];
}

/** How what a model says becomes probabilities; fitted on validation rows. */
export interface Confidence {
  /** Of answers that are one of the labels. */
  readonly calibration?: Calibration;
  /** What these are mixed with once they are calibrated. */
  readonly stacked?: Stacked;
  /** Of other answers. */
  readonly confidence?: Isotonic;
}

/** @param rows that were asked about */
export function judgementsOf(
  said: Said,
  own: Confidence,
  rows: readonly BaselineInput[],
): Judgement[] {
  if ('answers' in said) return said.answers.map((answer) => judgeText(answer, own));
  return mostProbable(correctedBy(own, said.probabilities, rows));
}

/** Probabilities (N, labels), calibrated and mixed. */
function correctedBy(
  { calibration, stacked }: Confidence,
  raw: readonly number[][],
  rows: readonly BaselineInput[],
): readonly number[][] {
  const own = calibration ? calibrate(calibration, raw) : raw;
  if (!stacked) return own;
  return applyStack('CLASSIFY', stacked.stack, [own, stacked.baseline.predict(rows)]);
}

/** The most probable label of each row. */
export function mostProbable(probabilities: readonly number[][]): Judgement[] {
  return probabilities.map((row) => {
    const confidence = Math.max(...row);
    return { answer: row.indexOf(confidence), confidence, probabilities: row };
  });
}

/** How often answers of such a log-probability are right. */
function judgeText({ tokens, logProb, finished }: Answer, { confidence }: Confidence): Judgement {
  const sure = confidence ? applyIsotonic(confidence, logProb) : Math.exp(logProb);
  // What was cut is not the answer that the model had begun.
  return { answer: tokens, confidence: finished ? sure : 0 };
}
