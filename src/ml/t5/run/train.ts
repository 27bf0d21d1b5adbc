import type { Machine } from '../../engine/engine.ts';
import { openMachine } from '../../engine/open.ts';
import type { HostTensors } from '../../onnx/session.ts';
import type { RunContext } from '../../run/context.ts';
import { fit as runSteps } from '../../train/fit.ts';
import { trainingStep } from '../../train/step.ts';
import type { Weights } from '../../weights/weights.ts';
import { adafactorInputs } from '../training/adafactor-update.ts';
import type { T5Base } from './base.ts';
import { meanLoss, measured } from './held.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { type T5Learner, t5Learner } from './learner.ts';
import { type LessonBatches, strengthInput } from './lesson.ts';

export interface T5Job {
  readonly base: T5Base;
  readonly batches: LessonBatches;
  /** Batches whose loss is reported after each epoch. */
  readonly held: readonly HostTensors[];
  readonly own: T5Hyperparameters;
  readonly seed: number;
  /** Names the job's checkpoint and curves; `train` where there is one alone. */
  readonly name?: string;
}

/**
 * Trains and gives the weights, low-rank updates merged in. Stopped and started again, it ends with
 * the same weights.
 */
export async function trainT5(context: RunContext, job: T5Job): Promise<Weights> {
  const { own, batches, seed, name = 'train' } = job;
  const learner = t5Learner(job.base, own, seed);
  const steps = Math.max(1, Math.round(own.epochs * batches.perEpoch));
  const { engine, threads, signal } = context;
  const progress = context.progress(name, steps);
  const machine = await openMachine(engine, learner.state, { threads, spin: threads > 1 });
  try {
    await runSteps({
      ...{ machine, seed, decay: own.weightDecay },
      step: trainingStep(learner.step),
      schedule: { rate: own.learningRate, warmup: own.warmup, decay: own.schedule, steps },
      batchAt: (step, random) => ({
        ...batches.at(step, random),
        ...(own.optimizer === 'adafactor' && adafactorInputs(step, own.learningRate)),
        ...(own.adversarial > 0 && strengthInput(step / steps)),
      }),
      onStep: progress.onStep,
      evaluation: { everySteps: batches.perEpoch, run: reporter(context, machine, learner, job) },
      ...(signal && { signal }),
      // The weights after the last step count, so that there is nothing to keep beside the state.
      ...(context.folder && {
        checkpoint: { folder: context.checkpoint(name), everySteps: own.checkpointSteps },
      }),
    });
    progress.end();
    return learner.result(await machine.read());
  } finally {
    await machine.close();
  }
}

/** Tells the loss on held rows; never stops the run. */
function reporter(
  context: RunContext,
  machine: Machine,
  learner: T5Learner,
  { held, name = 'train' }: T5Job,
): (step: number) => Promise<boolean> {
  const computation = measured(learner.measured);
  const split = name === 'train' ? 'validation' : `validation ${name}`;
  return async (step) => {
    if (held.length === 0) return false;
    const value = await meanLoss(machine, computation, held);
    const point = { step, split, metric: 'loss', value };
    context.report({ type: 'curve', points: [point] });
    return false;
  };
}
