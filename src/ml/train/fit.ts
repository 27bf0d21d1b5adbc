import type { Computation, Machine } from '../engine/engine.ts';
import { MlError } from '../errors.ts';
import type { HostTensor, HostTensors } from '../onnx/session.ts';
import { type Random, seededRandom } from '../random.ts';
import { adamWDefaults, stepSize } from './adamw.ts';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { createNoisePool } from './noise.ts';
import { rateAt, type Schedule } from './schedule.ts';

export interface FitOptions {
  readonly machine: Machine;
  /** Computes the loss and updates the weights; several run as one step accumulate a gradient. */
  readonly step: Computation;
  readonly schedule: Schedule;
  readonly decay: number;
  readonly seed: number;
  /**
   * The batch of a step, counted from 1. It must depend on its arguments alone: a resumed run asks
   * for the same batches again.
   */
  readonly batchAt: (step: number, random: Random) => HostTensors;
  readonly onStep?: (progress: { step: number; loss: number; rate: number }) => void;
  /** Called every `everySteps` and after the last; true stops the run early. */
  readonly evaluation?: {
    readonly everySteps: number;
    readonly run: (step: number) => Promise<boolean>;
  };
  readonly checkpoint?: {
    readonly folder: string;
    readonly everySteps: number;
    readonly extra: () => Record<string, unknown>;
    readonly restore: (extra: Record<string, unknown>) => void;
  };
  readonly signal?: AbortSignal;
}

/**
 * Runs the steps of a training, from its checkpoint where there is one: a run that was killed ends
 * with the same weights as one that was not.
 * @returns the number of the last step
 * @throws MlError when the loss is no longer a number; the abort reason when stopped by the signal
 */
export async function fit(options: FitOptions): Promise<number> {
  const { machine, schedule, signal } = options;
  const noise = createNoisePool(options.seed);
  const from = await restore(options);
  for (let step = from + 1; step <= schedule.steps; step++) {
    signal?.throwIfAborted();
    // One generator a step, from the seed and the step's number: there is no state to save.
    const random = seededRandom(
      Math.imul(options.seed + 1, 0x9e3779b1) ^ Math.imul(step, 0x85ebca6b),
    ).next;
    const batch = options.batchAt(step, random);
    const rate = rateAt(schedule, step);
    const scalars = scalarsOf(stepSize(step, rate, options.decay, adamWDefaults));
    const outputs = await machine.run(options.step, { ...batch, ...scalars, noise: noise(random) });
    const loss = Number(outputs.loss?.data[0]);
    if (!Number.isFinite(loss))
      throw new MlError(
        'DIVERGED',
        `The loss became ${loss} at step ${step}: lower the learning rate.`,
      );
    options.onStep?.({ step, loss, rate });
    const stop = await evaluateAt(options, step);
    await checkpointAt(options, step);
    if (stop) return step;
  }
  return schedule.steps;
}

async function restore({ checkpoint, machine }: FitOptions): Promise<number> {
  if (!checkpoint) return 0;
  const saved = await loadCheckpoint(checkpoint.folder, await machine.read());
  if (!saved) return 0;
  await machine.load(saved.state);
  checkpoint.restore(saved.extra);
  return saved.step;
}

async function evaluateAt({ evaluation, schedule }: FitOptions, step: number): Promise<boolean> {
  if (!evaluation || (step % evaluation.everySteps && step !== schedule.steps)) return false;
  return evaluation.run(step);
}

async function checkpointAt({ checkpoint, machine }: FitOptions, step: number): Promise<void> {
  if (!checkpoint || step % checkpoint.everySteps) return;
  const state = await machine.read();
  await saveCheckpoint(checkpoint.folder, { step, extra: checkpoint.extra(), state });
}

function scalarsOf(values: Record<string, number>): HostTensors {
  const tensors = Object.entries(values).map(([name, value]): [string, HostTensor] => [
    name,
    { type: 'float32', shape: [], data: Float32Array.of(value) },
  ]);
  return Object.fromEntries(tensors);
}
