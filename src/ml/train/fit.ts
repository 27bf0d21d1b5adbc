import type { Computation, Machine } from '../engine/engine.ts';
import { MlError } from '../errors.ts';
import type { HostTensor, HostTensors } from '../onnx/session.ts';
import { batchRandom, type Random } from '../random.ts';
import { stepSize } from './adamw.ts';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { createNoisePool, type NoisePool } from './noise.ts';
import { rateAt, type Schedule } from './schedule.ts';

/** A step over several batches, and how many. */
export interface AccumulatedStep {
  readonly add: Computation;
  readonly apply: Computation;
  readonly parts: number;
}

/** What a run keeps besides the machine's state. */
export interface Extra {
  readonly values: Record<string, unknown>;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

export interface FitOptions {
  readonly machine: Machine;
  /** Computes the loss and updates the weights; or the parts of `accumulatedStep` do. */
  readonly step: Computation | AccumulatedStep;
  readonly schedule: Schedule;
  readonly decay: number;
  readonly seed: number;
  /**
   * The batches in a row, counted from 1: one for each step, or for each part of one. A batch must
   * depend on its arguments alone: a resumed run asks for the same batches again.
   */
  readonly batchAt: (batch: number, random: Random) => HostTensors;
  readonly onStep?: (progress: { step: number; loss: number; rate: number }) => void;
  /** Called every `everySteps` and after the last; true stops the run early. */
  readonly evaluation?: {
    readonly everySteps: number;
    readonly run: (step: number) => Promise<boolean>;
  };
  readonly checkpoint?: {
    readonly folder: string;
    readonly everySteps: number;
    /** What else the run needs to go on, such as its best weights so far; nothing by default. */
    readonly extra?: () => Extra;
    readonly restore?: (extra: Extra) => void;
  };
  readonly signal?: AbortSignal;
}

/**
 * Runs the steps of a training, from its checkpoint where there is one: a run that was killed ends
 * with the same weights as one that was not. Stopped by the signal, it leaves a checkpoint.
 * @returns the number of the last step
 * @throws MlError when the loss is no longer a number; the abort reason when stopped by the signal
 */
export async function fit(options: FitOptions): Promise<number> {
  const { schedule, signal } = options;
  const noise = createNoisePool(options.seed);
  const before = await restore(options);
  if (before.ended) return before.step;
  for (let step = before.step + 1; step <= schedule.steps; step++) {
    if (signal?.aborted) await save(options, step - 1, false);
    signal?.throwIfAborted();
    const rate = rateAt(schedule, step);
    const loss = await runStep(options, step, rate, noise);
    if (!Number.isFinite(loss))
      throw new MlError(
        'DIVERGED',
        `The loss became ${loss} at step ${step}: lower the learning rate.`,
      );
    options.onStep?.({ step, loss, rate });
    const ended = (await evaluateAt(options, step)) || step === schedule.steps;
    if (ended || step % (options.checkpoint?.everySteps ?? 1) === 0)
      await save(options, step, ended);
    if (ended) return step;
  }
  return schedule.steps;
}

/** @returns the loss before the step */
async function runStep(
  options: FitOptions,
  step: number,
  rate: number,
  noise: NoisePool,
): Promise<number> {
  const { machine, batchAt, step: computation } = options;
  const scalars = stepSize(step, rate, options.decay);
  const batchOf = (number: number): HostTensors => {
    const random = batchRandom(options.seed, number);
    return { ...batchAt(number, random), noise: noise(random) };
  };
  if (typeof computation === 'function')
    return lossIn(await machine.run(computation, { ...batchOf(step), ...scalars }));
  const { add, apply, parts } = computation;
  let sum = 0;
  for (let part = 1; part <= parts; part++)
    sum += lossIn(await machine.run(add, batchOf((step - 1) * parts + part)));
  await machine.run(apply, scalars);
  return sum / parts;
}

const lossIn = ({ loss }: HostTensors) => Number(loss?.data[0]);

/** Tensors of a checkpoint that are not the machine's. */
const EXTRA = 'extra:';

async function restore({
  checkpoint,
  machine,
}: FitOptions): Promise<{ step: number; ended: boolean }> {
  const saved = checkpoint && (await loadCheckpoint(checkpoint.folder, await machine.read()));
  if (!saved) return { step: 0, ended: false };
  const [state, tensors] = [new Map<string, HostTensor>(), new Map<string, HostTensor>()];
  for (const [name, tensor] of saved.state)
    if (name.startsWith(EXTRA)) tensors.set(name.slice(EXTRA.length), tensor);
    else state.set(name, tensor);
  await machine.load(state);
  const { ended, ...values } = saved.extra;
  checkpoint.restore?.({ values, tensors });
  return { step: saved.step, ended: ended === true };
}

async function evaluateAt({ evaluation, schedule }: FitOptions, step: number): Promise<boolean> {
  if (!evaluation || (step % evaluation.everySteps && step !== schedule.steps)) return false;
  return evaluation.run(step);
}

async function save(
  { checkpoint, machine }: FitOptions,
  step: number,
  ended: boolean,
): Promise<void> {
  if (!checkpoint) return;
  const { values, tensors } = checkpoint.extra?.() ?? { values: {}, tensors: new Map() };
  const state = await machine.read();
  for (const [name, tensor] of tensors) state.set(EXTRA + name, tensor);
  await saveCheckpoint(checkpoint.folder, { step, extra: { ...values, ended }, state });
}
