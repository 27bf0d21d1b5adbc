import type { Computation, Machine } from '../../src/ml/engine/engine.ts';
import { openTracedMachine } from '../../src/ml/engine/traced.ts';
import { MlError } from '../../src/ml/errors.ts';
import type { T5Base } from '../../src/ml/t5/run/base.ts';
import {
  parseT5Hyperparameters,
  type T5Hyperparameters,
} from '../../src/ml/t5/run/hyperparameters.ts';
import { t5Learner } from '../../src/ml/t5/run/learner.ts';
import type { LessonBatches } from '../../src/ml/t5/run/lesson.ts';
import { fit as runSteps } from '../../src/ml/train/fit.ts';
import { initialState, trainingStep, weightsIn } from '../../src/ml/train/step.ts';
import type { Weights } from '../../src/ml/weights/weights.ts';
import { type LabelInputs, labelLogProbs, labelScores, scoreBatch } from './label-scores.ts';
import type { Stage } from './recipe.ts';

/** One machine for all models of an evaluation: its graphs are compiled once, weights come and go. */
export interface Workshop {
  readonly base: T5Base;
  /** Trains from `weights`; the model stays on the machine. */
  train(weights: Weights, job: WorkshopJob): Promise<void>;
  /** Puts a model on the machine. */
  load(weights: Weights): Promise<void>;
  /** The model on the machine. */
  read(): Promise<Weights>;
  /** Log-probabilities (N, labels) by the model on the machine. */
  score(sources: readonly (readonly number[])[], labels: LabelInputs): Promise<number[][]>;
  close(): Promise<void>;
}

export interface WorkshopJob {
  readonly stage: Stage;
  readonly batches: (own: T5Hyperparameters) => LessonBatches;
  readonly seed: number;
}

/** Rows that are scored at once. */
const SCORED = 16;
/** Sources are padded to multiples of this. */
const SOURCE_STEP = 32;

export function openWorkshop(base: T5Base, threads: number): Workshop {
  const all = [...base.weights.keys()];
  const machine = openTracedMachine(initialState(base.weights, all), { threads });
  const steps = new Map<string, Computation>();
  const scores = labelScores(base.config);
  return {
    base,
    async train(weights, { stage, batches, seed }) {
      const own = parseT5Hyperparameters(stage.settings);
      const learner = t5Learner({ ...base, weights }, own, seed);
      const step = stepOf(steps, own, () => trainingStep(learner.step));
      await machine.load(learner.state);
      const lesson = batches(own);
      await runSteps({
        ...{ machine, step, seed, decay: own.weightDecay },
        schedule: {
          ...{ rate: own.learningRate, warmup: own.warmup, decay: own.schedule },
          steps: stage.steps,
        },
        batchAt: lesson.at,
      });
    },
    load: (weights) => machine.load(initialState(weights, [])),
    read: async () => weightsIn(await machine.read(), all),
    score: (sources, labels) => scoreAll(machine, scores, base, sources, labels),
    close: machine.close,
  };
}

/** One computation for all trainings that differ in rate and rows alone. */
function stepOf(
  known: Map<string, Computation>,
  { dropout, clip, labelSmoothing, freeze, variant, optimizer, adversarial }: T5Hyperparameters,
  make: () => Computation,
): Computation {
  if (variant !== 'full' || optimizer !== 'adamw' || adversarial > 0)
    throw new MlError('BAD_INPUT', 'This evaluation trains all weights, by AdamW.');
  const key = JSON.stringify([dropout, clip, labelSmoothing, freeze]);
  const step = known.get(key) ?? make();
  known.set(key, step);
  return step;
}

async function scoreAll(
  machine: Machine,
  computation: Computation,
  { config }: T5Base,
  sources: readonly (readonly number[])[],
  labels: LabelInputs,
): Promise<number[][]> {
  const order = sources.map((_, i) => i);
  order.sort((a, b) => (sources[a] as number[]).length - (sources[b] as number[]).length);
  const scored: number[][] = new Array(sources.length);
  for (let from = 0; from < order.length; from += SCORED) {
    const places = order.slice(from, from + SCORED);
    const own = places.map((place) => sources[place] as readonly number[]);
    const longest = Math.max(...own.map(({ length }) => length));
    const shape = { rows: SCORED, source: Math.ceil(longest / SOURCE_STEP) * SOURCE_STEP };
    const { logProbs } = await machine.run(computation, scoreBatch(own, shape, labels, config));
    const rows = labelLogProbs(logProbs?.data as Float32Array, own.length, labels);
    for (const [i, place] of places.entries()) scored[place] = rows[i] as number[];
  }
  return scored;
}
