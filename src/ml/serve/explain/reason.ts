/** What moved a prediction. */
export interface ServedReason {
  /** A feature, or `text`. */
  readonly name: string;
  /** Positive: it spoke for the value. All of a row's sum to its score less that of a neutral row. */
  readonly contribution: number;
  /** The word, or the feature's value. */
  readonly text?: string;
}

/** The strongest first. */
export function strongest(reasons: readonly ServedReason[], most: number): ServedReason[] {
  const size = ({ contribution }: ServedReason) => Math.abs(contribution);
  return reasons.toSorted((a, b) => size(b) - size(a)).slice(0, most);
}
