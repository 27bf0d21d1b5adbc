import { Presets, SingleBar } from 'cli-progress';
import type { BatchKind, PretrainProgress } from '../../ml/pretrain/pretrain.ts';

const LINE_EVERY_MS = 60_000;

export interface Report {
  step(progress: PretrainProgress, trainedMs: number): void;
  end(): void;
}

/** A bar where there is a terminal, else a line a minute: loss by kind of batch and tokens a second. */
export function openReport(title: string): Report {
  console.log(title);
  const bar = new SingleBar(
    {
      format: '{bar} {percentage}% | step {step} | {losses} | {speed} tokens/s',
      noTTYOutput: false,
    },
    Presets.shades_classic,
  );
  if (process.stdout.isTTY) bar.start(1000, 0, { step: 0, losses: '', speed: 0 });
  const losses = new Map<BatchKind, number>();
  let tokens = 0;
  let since: number | undefined;
  let lineAt = 0;
  return {
    step(progress, trainedMs) {
      const { kind, loss, step, done } = progress;
      losses.set(kind, 0.98 * (losses.get(kind) ?? loss) + 0.02 * loss);
      // The first step is the one that the speed is counted from: it compiles the graph.
      if (since === undefined) since = trainedMs;
      else tokens += progress.tokens;
      const speed = Math.round(tokens / Math.max(0.001, (trainedMs - since) / 1000));
      const shown = [...losses].map(([name, value]) => `${name} ${value.toFixed(3)}`).join(', ');
      if (process.stdout.isTTY) bar.update(Math.round(done * 1000), { step, losses: shown, speed });
      else if (trainedMs - lineAt >= LINE_EVERY_MS) {
        lineAt = trainedMs;
        console.log(
          `${(done * 100).toFixed(1)}% | step ${step} | loss ${shown} | ${speed} tokens/s`,
        );
      }
    },
    end: () => bar.stop(),
  };
}
