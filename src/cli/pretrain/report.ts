import { Presets, SingleBar } from 'cli-progress';

const LINE_EVERY_MS = 60_000;

export interface Report {
  /** @param share of the run that is done, 0 to 1 */
  step(share: number, told: string): void;
  end(): void;
}

/** A bar where there is a terminal, else a line a minute. */
export function openReport(title: string, now: () => number): Report {
  console.log(title);
  const bar = new SingleBar({ format: '{bar} {percentage}% | {told}' }, Presets.shades_classic);
  if (process.stdout.isTTY) bar.start(1000, 0, { told: '' });
  let lineAt = now() - LINE_EVERY_MS;
  return {
    step(share, told) {
      if (process.stdout.isTTY) bar.update(Math.round(share * 1000), { told });
      else if (now() - lineAt >= LINE_EVERY_MS) {
        lineAt = now();
        console.log(`${(share * 100).toFixed(1)}% | ${told}`);
      }
    },
    end: () => bar.stop(),
  };
}
