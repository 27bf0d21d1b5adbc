import { z } from 'zod';
import { applyLink } from '../baselines/link.ts';
import { logLoss, type Probabilities } from '../metrics/probability.ts';
import { applyIsotonic, fitIsotonic } from './isotonic.ts';
import { fitTemperature } from './temperature.ts';

const isotonic = z.object({ scores: z.array(z.number()), values: z.array(z.number()) });

/** How a model's probabilities are corrected; kept in `cameo.json`. */
export const calibration = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('temperature'), temperature: z.number().positive() }),
  /** One curve a class, against the rest; rows are then scaled to sum to 1. */
  z.object({ kind: z.literal('isotonic'), classes: z.array(isotonic) }),
]);
export type Calibration = z.infer<typeof calibration>;

/** With fewer validation rows a staircase fits their noise: one number is safer. */
const ENOUGH_FOR_ISOTONIC = 1000;
/** Parts of the validation rows that each judge the staircase fitted on the others. */
const PARTS = 5;
/** So that a logarithm of a probability of 0 stays finite. */
const FLOOR = 1e-12;

/**
 * Fits temperature scaling on validation rows, or isotonic curves where there are 1,000 rows and
 * they have the smaller log loss, judged on rows that the curve was not fitted on.
 * `probabilities` (N, C) sum to 1 by row; `truth` (N) are class indices.
 */
export function fitCalibration(
  probabilities: Probabilities,
  truth: readonly number[],
): Calibration {
  const temperature = temperatureOf(probabilities, truth);
  if (truth.length < ENOUGH_FOR_ISOTONIC) return temperature;
  const lossOf = (fit: typeof temperatureOf) => crossedLoss(probabilities, truth, fit);
  return lossOf(curvesOf) < lossOf(temperatureOf) ? curvesOf(probabilities, truth) : temperature;
}

/** Corrected probabilities (N, C). */
export function calibrate(own: Calibration, probabilities: Probabilities): number[][] {
  return probabilities.map((row) => {
    if (own.kind === 'temperature')
      return applyLink(
        'softmax',
        Array.from(row, (p) => Math.log(Math.max(FLOOR, p)) / own.temperature),
      );
    const raw = own.classes.map((curve, c) =>
      Math.max(FLOOR, applyIsotonic(curve, row[c] as number)),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return raw.map((p) => p / sum);
  });
}

export function temperatureOf(probabilities: Probabilities, truth: readonly number[]): Calibration {
  const logits = probabilities.map((row) => Array.from(row, (p) => Math.log(Math.max(FLOOR, p))));
  return { kind: 'temperature', temperature: fitTemperature(logits, truth) };
}

export function curvesOf(probabilities: Probabilities, truth: readonly number[]): Calibration {
  const classes = Array.from({ length: probabilities[0]?.length ?? 0 }, (_, c) =>
    fitIsotonic(
      probabilities.map((row) => row[c] as number),
      truth.map((own) => (own === c ? 1 : 0)),
    ),
  );
  return { kind: 'isotonic', classes };
}

function crossedLoss(
  probabilities: Probabilities,
  truth: readonly number[],
  train: (probabilities: Probabilities, truth: readonly number[]) => Calibration,
): number {
  let total = 0;
  for (let part = 0; part < PARTS; part += 1) {
    const inPart = (_: unknown, i: number) => i % PARTS === part;
    const others = (_: unknown, i: number) => i % PARTS !== part;
    const own = train(probabilities.filter(others), truth.filter(others));
    const held = truth.filter(inPart);
    total += held.length * logLoss(calibrate(own, probabilities.filter(inPart)), held);
  }
  return total / truth.length;
}
