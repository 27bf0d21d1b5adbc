/** The middle value; the mean of the two middle ones when there is an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A figure beside its bar, as every benchmark prints it. */
export interface Figure {
  readonly bench: string;
  readonly figure: string;
  readonly bar: string;
  readonly met: boolean;
}

/** Prints a figure on one line, and as JSON for the table in docs/benchmarks.md. */
export function report(figure: Figure): void {
  const mark = figure.met ? 'met   ' : 'MISSED';
  console.log(`${mark} ${figure.bench}: ${figure.figure} (bar ${figure.bar})`);
  console.log(`#figure ${JSON.stringify(figure)}`);
}
