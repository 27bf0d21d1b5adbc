import { Presets, SingleBar } from 'cli-progress';
import type { RunMessage } from '../../ml/run/messages.ts';

const LINE_EVERY_STEPS = 50;

export interface StepReport {
  take(message: RunMessage): void;
  end(): void;
}

/** What a training run tells: a bar where there is a terminal, else a line every few steps. */
export function openStepReport(title: string): StepReport {
  console.log(title);
  const bar = new SingleBar(
    { format: '{bar} {percentage}% | step {value} of {total} | loss {loss} | {left} min left' },
    Presets.shades_classic,
  );
  if (process.stdout.isTTY) bar.start(1, 0, { loss: '', left: '' });
  let next = 0;
  return {
    take(message) {
      if (message.type === 'curve') sayHeld(message.points);
      if (message.type !== 'progress') return;
      const { step, steps } = message;
      const [loss, left] = [message.loss.toFixed(3), Math.round(message.etaMs / 60_000)];
      if (process.stdout.isTTY) {
        bar.setTotal(steps);
        bar.update(step, { loss, left });
      } else if (step >= next) {
        next = step + LINE_EVERY_STEPS;
        console.log(`step ${step} of ${steps} | loss ${loss} | ${left} min left`);
      }
    },
    end: () => bar.stop(),
  };
}

function sayHeld(points: Extract<RunMessage, { type: 'curve' }>['points']): void {
  for (const { split, step, metric, value } of points)
    if (split === 'validation')
      console.log(`step ${step} | new texts, ${metric} ${value.toFixed(3)}`);
}
