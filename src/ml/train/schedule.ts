/** How the learning rate goes over a run. */
export interface Schedule {
  /** The highest rate. */
  readonly rate: number;
  /** Share of the steps in which it rises to there, from 0. */
  readonly warmup: number;
  /** How it falls to 0 after that. */
  readonly decay: 'linear' | 'cosine' | 'constant';
  readonly steps: number;
}

/**
 * The learning rate of a step.
 * @param step counted from 1 to `steps`
 */
export function rateAt({ rate, warmup, decay, steps }: Schedule, step: number): number {
  const rising = Math.max(1, Math.round(steps * warmup));
  if (step <= rising && warmup > 0) return (rate * step) / rising;
  const gone = Math.min(1, (step - rising) / Math.max(1, steps - rising));
  if (decay === 'constant') return rate;
  return decay === 'linear' ? rate * (1 - gone) : (rate * (1 + Math.cos(Math.PI * gone))) / 2;
}
