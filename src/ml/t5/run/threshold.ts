/** Where answers become too unsure to be given. */
export interface Threshold {
  /** The least confidence of an answer that is given; null when none can be. */
  readonly least: number | null;
  /** On the rows that it was chosen on: how many of the given answers were right. */
  readonly precision: number;
  /** Share of the rows that get an answer. */
  readonly coverage: number;
}

/**
 * The threshold that gives most answers while at least `precision` of them are right.
 * @param confidences of the rows, and whether each row's answer is right
 */
export function chooseThreshold(
  confidences: ArrayLike<number>,
  right: readonly boolean[],
  precision: number,
): Threshold {
  const order = right.map((_, row) => row);
  order.sort((a, b) => (confidences[b] as number) - (confidences[a] as number));
  let best: Threshold = { least: null, precision: Number.NaN, coverage: 0 };
  let correct = 0;
  for (const [place, row] of order.entries()) {
    if (right[row]) correct++;
    const next = order[place + 1];
    // Rows of one confidence are given together.
    if (next !== undefined && confidences[next] === confidences[row]) continue;
    const share = correct / (place + 1);
    if (share >= precision)
      best = {
        least: confidences[row] as number,
        precision: share,
        coverage: (place + 1) / right.length,
      };
  }
  return best;
}

/** Whether an answer is sure enough to be given. */
export function isSure(confidence: number, { least }: Pick<Threshold, 'least'>): boolean {
  return least !== null && confidence >= least;
}
