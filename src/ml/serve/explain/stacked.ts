import type { FittedBaseline } from '../../baselines/baseline.ts';
import type { ServedRow } from '../inputs.ts';
import type { Manifest } from '../manifest.ts';
import type { Outcome } from '../outcome.ts';
import type { ServedReason } from './reason.ts';

/** How much a model and its baseline count in the score of their stack. */
export interface Shares {
  readonly model: number;
  readonly baseline: number;
}

/**
 * The stack's score is the sum of both scores by these: its weights, the model's divided by its
 * temperature. Curves that calibrate have no such number: they are left out of the account.
 */
export function sharesOf({ stack, calibration, task }: Manifest): Shares {
  const [model = 1, baseline = 0] = stack?.weights ?? [];
  const temperature = calibration?.kind === 'temperature' ? calibration.temperature : 1;
  // A linear model of two classes has one score, the difference: each is half of it from the mean.
  const half = task.kind === 'CLASSIFY' && task.labels.length === 2 ? 0.5 : 1;
  return { model: model / temperature, baseline: baseline * half };
}

/** What each word of a text adds. */
export type Words = ReadonlyMap<string, number>;

/** What each word of rows' texts adds to the stack's score through the baseline in it. */
export function baselineWords(
  baseline: FittedBaseline,
  share: number,
  rows: readonly ServedRow[],
  outcomes: readonly Outcome[],
): Words[] {
  return rows.map((row, at) => {
    const { direction = [] } = outcomes[at] ?? {};
    // The label that the score speaks for counts most in it.
    const label = direction.indexOf(Math.max(...direction));
    const words = baseline.explainWords?.(row, label) ?? [];
    return new Map(words.map(({ input, contribution }) => [input, share * contribution]));
  });
}

/** The words' contributions through the model and through the baseline, together. */
export function withBaseline(
  words: readonly ServedReason[],
  share: number,
  beside: Words,
): ServedReason[] {
  const sums = new Map(words.map(({ text = '', contribution }) => [text, share * contribution]));
  for (const [word, contribution] of beside) sums.set(word, (sums.get(word) ?? 0) + contribution);
  const name = words[0]?.name ?? 'text';
  return [...sums].map(([text, contribution]) => ({ name, contribution, text }));
}
