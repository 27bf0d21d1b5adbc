import { type Calibration, calibrate, fitCalibration } from '../../calibration/calibration.ts';
import { applyIsotonic, fitIsotonic, type Isotonic } from '../../calibration/isotonic.ts';
import type { Answer } from '../decode/decoder.ts';

/** An answer, and the probability that it is right. */
export interface Judgement {
  /** The number of a label, or tokens. */
  readonly answer: number | readonly number[];
  readonly confidence: number;
}

/** How raw scores become probabilities; fitted on validation rows. */
export interface Confidence {
  readonly calibration?: Calibration;
  readonly confidence?: Isotonic;
}

/** Of one label a row: probabilities (N, labels) and the numbers of the right ones. */
export function fitLabelConfidence(
  probabilities: readonly number[][],
  truth: readonly number[],
): Confidence {
  return truth.length > 0 ? { calibration: fitCalibration(probabilities, truth) } : {};
}

/** The most probable label of each row. */
export function judgeLabels(
  probabilities: readonly number[][],
  { calibration }: Confidence,
): { readonly judgements: Judgement[]; readonly probabilities: number[][] } {
  const own = calibration ? calibrate(calibration, probabilities) : [...probabilities];
  const judgements = own.map((row) => {
    const confidence = Math.max(...row);
    return { answer: row.indexOf(confidence), confidence };
  });
  return { judgements, probabilities: own };
}

/** Of texts: how often answers of a log-probability are right. */
export function fitTextConfidence(
  answers: readonly Answer[],
  right: readonly boolean[],
): Confidence {
  if (answers.length === 0) return {};
  const scores = answers.map(({ logProb }) => logProb);
  return { confidence: fitIsotonic(scores, right.map(Number)) };
}

export function judgeTexts(answers: readonly Answer[], { confidence }: Confidence): Judgement[] {
  return answers.map(({ tokens, logProb, finished }) => {
    const sure = confidence ? applyIsotonic(confidence, logProb) : Math.exp(logProb);
    // What was cut is not the answer that the model had begun.
    return { answer: tokens, confidence: finished ? sure : 0 };
  });
}
