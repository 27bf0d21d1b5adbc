import type { Machine } from '../engine/engine.ts';
import { openMachine } from '../engine/open.ts';
import type { HostTensor } from '../onnx/session.ts';
import { lossOf } from '../tasks/model.ts';
import { type AccumulatedStep, type FitOptions, fit as runSteps } from '../train/fit.ts';
import { mergeLora } from '../train/lora.ts';
import { accumulatedStep, initialState, type StepOptions, trainingStep } from '../train/step.ts';
import type { Weights } from '../weights/weights.ts';
import type { LearningBatches } from './batches-of.ts';
import type { RunContext } from './context.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import type { Learner } from './learner.ts';

export interface TrainingJob {
  readonly learner: Learner;
  readonly batches: LearningBatches;
  readonly hyperparameters: Hyperparameters;
  readonly seed: number;
  /** Names the job's checkpoint and curves. */
  readonly name: string;
  /** What the model is worth now, on validation rows: more is better. */
  readonly validate: (machine: Machine, step: number) => Promise<number>;
}

/** How far a job's selection of weights has come. */
interface Selection {
  best: number;
  /** Evaluations since. */
  idle: number;
  weights: Map<string, HostTensor>;
}

/**
 * Trains a model and gives the weights that were worth most on validation, updates merged in.
 * Stopped and started again, it ends with the same weights.
 */
export async function trainModel(context: RunContext, job: TrainingJob): Promise<Weights> {
  const { learner, batches, hyperparameters: own } = job;
  const state = initialState(learner.weights, learner.trainable, own.accumulate > 1);
  const { engine, threads } = context;
  const machine = await openMachine(engine, state, { threads, spin: threads > 1 });
  try {
    const selection: Selection = { best: Number.NEGATIVE_INFINITY, idle: 0, weights: new Map() };
    const perEpoch = Math.ceil(batches.perEpoch / own.accumulate);
    const steps = Math.max(1, Math.round(own.epochs * perEpoch));
    const progress = context.progress(job.name, steps);
    await runSteps({
      ...{ machine, seed: job.seed, decay: own.weightDecay, batchAt: batches.at },
      step: stepOf(learner, own),
      schedule: { rate: own.learningRate, warmup: own.warmup, decay: own.schedule, steps },
      onStep: progress.onStep,
      evaluation: {
        everySteps: perEpoch,
        run: (step) => select(job, machine, selection, step),
      },
      ...(context.signal && { signal: context.signal }),
      ...(context.folder && { checkpoint: checkpointOf(context, job, selection) }),
    });
    progress.end();
    return learnt(learner, own, selection);
  } finally {
    await machine.close();
  }
}

function stepOf(learner: Learner, own: Hyperparameters): FitOptions['step'] {
  const { shape, task, trainable, rateScale, dense } = learner;
  const hidden = shape.text?.config.hidden_size ?? 0;
  const options: StepOptions = {
    ...{ trainable, rateScale, dropout: own.dropout, clip: own.clip },
    loss: lossOf(shape, task, dense),
    ...(own.adversarial > 0 && {
      adversarial: { length: own.adversarial, of: (batch) => [...batch('ids').shape, hidden] },
    }),
  };
  if (own.accumulate === 1) return trainingStep(options);
  const parts = own.accumulate;
  return { ...accumulatedStep(options, parts), parts } satisfies AccumulatedStep;
}

/** @returns whether the run has not become better for too long */
async function select(
  { learner, hyperparameters, validate }: TrainingJob,
  machine: Machine,
  selection: Selection,
  step: number,
): Promise<boolean> {
  const worth = await validate(machine, step);
  if (selection.weights.size > 0 && !(worth > selection.best)) {
    selection.idle += 1;
    return hyperparameters.patience > 0 && selection.idle >= hyperparameters.patience;
  }
  const state = await machine.read();
  selection.best = worth;
  selection.idle = 0;
  selection.weights = new Map(
    learner.trainable.map((name) => [name, state.get(name) as HostTensor]),
  );
  return false;
}

function checkpointOf(context: RunContext, { name, hyperparameters }: TrainingJob, own: Selection) {
  return {
    folder: context.checkpoint(name),
    everySteps: hyperparameters.checkpointSteps,
    extra: () => ({ values: { best: String(own.best), idle: own.idle }, tensors: own.weights }),
    restore({
      values,
      tensors,
    }: {
      values: Record<string, unknown>;
      tensors: ReadonlyMap<string, HostTensor>;
    }) {
      // JSON has no infinity.
      own.best = Number(values.best);
      own.idle = Number(values.idle);
      own.weights = new Map(tensors);
    },
  };
}

function learnt({ weights }: Learner, { lora }: Hyperparameters, { weights: best }: Selection) {
  const all: Weights = new Map(weights);
  for (const [name, { shape, data }] of best) all.set(name, { shape, data: data as Float32Array });
  return lora ? mergeLora(all, lora) : all;
}
