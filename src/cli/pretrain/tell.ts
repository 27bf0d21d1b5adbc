import type { BatchKind, PretrainProgress } from '../../ml/pretrain/pretrain.ts';
import type { RunMessage } from '../../ml/run/messages.ts';
import type { Report } from './report.ts';

/** Tells steps of the encoder's pre-training: the loss by kind of batch, and tokens a second. */
export function tellSteps(
  report: Report,
  trainedMs: () => number,
): (progress: PretrainProgress) => void {
  const losses = new Map<BatchKind, number>();
  let tokens = 0;
  let since: number | undefined;
  return (progress) => {
    const { kind, loss, step, done } = progress;
    losses.set(kind, 0.98 * (losses.get(kind) ?? loss) + 0.02 * loss);
    // The first step is the one that the speed is counted from: it compiles the graph.
    if (since === undefined) since = trainedMs();
    else tokens += progress.tokens;
    const speed = Math.round(tokens / Math.max(0.001, (trainedMs() - since) / 1000));
    const shown = [...losses].map(([name, value]) => `${name} ${value.toFixed(3)}`).join(', ');
    report.step(done, `step ${step} | loss ${shown} | ${speed} tokens/s`);
  };
}

/** Tells what a training run says: its steps, and the loss on new texts. */
export function tellRun(report: Report): (message: RunMessage) => void {
  return (message) => {
    if (message.type === 'curve') sayHeld(message.points);
    if (message.type !== 'progress') return;
    const { step, steps, loss, etaMs } = message;
    const left = Math.round(etaMs / 60_000);
    report.step(step / steps, `step ${step} | loss ${loss.toFixed(3)} | ${left} min left`);
  };
}

function sayHeld(points: Extract<RunMessage, { type: 'curve' }>['points']): void {
  for (const { split, step, metric, value } of points)
    if (split === 'validation')
      console.log(`step ${step} | new texts, ${metric} ${value.toFixed(3)}`);
}
