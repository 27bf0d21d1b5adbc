import { fitScales, type Logits } from './scales.ts';

/**
 * Temperature scaling (Guo et al. 2017, section 4.2): the one number that, dividing the logits,
 * makes the log loss on validation rows least. The order of classes, so accuracy, is unchanged.
 * `logits` is (N, C): anything equal to ln(probability) up to a constant by row; `truth` (N).
 */
export function fitTemperature(logits: Logits, truth: readonly number[]): number {
  const classes = logits[0]?.length ?? 0;
  const right = truth.map((own) => Array.from({ length: classes }, (_, c) => (c === own ? 1 : 0)));
  const [inverse = 1] = fitScales('softmax', [logits], right);
  // A model that is worse than chance is flattened, not turned round.
  return 1 / Math.max(0.02, inverse);
}
