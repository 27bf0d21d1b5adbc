import type { Computation, Machine } from '../../engine/engine.ts';
import { type EngineName, openMachine } from '../../engine/open.ts';
import { noDropout } from '../../nn/dropout.ts';
import { seededRandom } from '../../random.ts';
import type { CurvePoint } from '../../run/messages.ts';
import { fit as runSteps } from '../../train/fit.ts';
import { type Loss, trainingStep } from '../../train/step.ts';
import type { Weights } from '../../weights/weights.ts';
import type { TokenPair } from '../data/corrupt.ts';
import { adafactorInputs } from '../training/adafactor-update.ts';
import type { T5Base } from './base.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { t5Learner } from './learner.ts';
import { type Lesson, lessonBatches, strengthInput } from './lesson.ts';

/** What a run is done with, and whom it tells. */
export interface T5RunContext {
  readonly engine: EngineName;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly curve: (points: readonly CurvePoint[]) => void;
  /** The folder of a job's checkpoint; undefined keeps none. */
  readonly checkpoint?: (job: string) => string;
  /** Tells of a job's steps. */
  readonly progress: (job: string, steps: number) => (step: { step: number; loss: number }) => void;
}

/** Rows that are enough to see the loss on validation fall or rise. */
const VALIDATED = 128;

/**
 * Trains and gives the weights, low-rank updates merged in. Stopped and started again, it ends with
 * the same weights.
 */
export async function trainT5(
  context: T5RunContext,
  base: T5Base,
  lesson: Lesson,
  validation: readonly TokenPair[],
  own: T5Hyperparameters,
  seed: number,
): Promise<Weights> {
  const learner = t5Learner(base, own, seed);
  const batches = lessonBatches(lesson, base.config, own, seed);
  const steps = Math.max(1, Math.round(own.epochs * batches.perEpoch));
  const { engine, threads, signal, checkpoint } = context;
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
      onStep: context.progress('train', steps),
      evaluation: {
        everySteps: batches.perEpoch,
        run: validate(context, machine, learner.measured, validation, base, own),
      },
      ...(signal && { signal }),
      ...(checkpoint && {
        checkpoint: {
          folder: checkpoint('train'),
          everySteps: own.checkpointSteps,
          extra: () => ({ values: {}, tensors: new Map() }),
          restore: () => undefined,
        },
      }),
    });
    return learner.result(await machine.read());
  } finally {
    await machine.close();
  }
}

/** Reports the loss on validation rows; never stops the run. */
function validate(
  context: T5RunContext,
  machine: Machine,
  loss: Loss,
  validation: readonly TokenPair[],
  { config }: T5Base,
  own: T5Hyperparameters,
): (step: number) => Promise<boolean> {
  const held = { tasks: [validation.slice(0, VALIDATED)], replay: [] };
  const batches = lessonBatches(held, config, { ...own, adversarial: 0 }, 0);
  const computation: Computation = (p, batch) => ({
    outputs: { loss: loss(p, batch, { dropout: noDropout }) },
  });
  return async (step) => {
    if (validation.length === 0) return false;
    let total = 0;
    for (let batch = 1; batch <= batches.perEpoch; batch++) {
      const outputs = await machine.run(computation, batches.at(batch, seededRandom(batch).next));
      total += Number(outputs.loss?.data[0]);
    }
    const value = total / batches.perEpoch;
    context.curve([{ step, split: 'validation', metric: 'loss', value }]);
    return false;
  };
}
