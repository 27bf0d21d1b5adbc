import type { HostTensor, HostTensors } from '../../onnx/session.ts';
import { floats, integers, scalar } from '../../onnx/tensors.ts';
import type { Random } from '../../random.ts';
import { bucketOf, createBatches } from '../../train/batches.ts';
import type { T5Config } from '../config.ts';
import { seq2seqBatch } from '../data/batch.ts';
import type { TokenPair } from '../data/corrupt.ts';
import { drawExample, mixtureRates } from '../data/mixture.ts';
import { adversarialStrength } from '../training/adversarial.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';

/** What a run learns from, as pairs of source and answer. */
export interface Lesson {
  /** The task of the run, and further ones beside it. */
  readonly tasks: readonly (readonly TokenPair[])[];
  /** The first task in the domain that the base comes from. */
  readonly replay: readonly TokenPair[];
}

/** The batch of each step, counted from 1, for `fit`. */
export interface LessonBatches {
  readonly perEpoch: number;
  readonly at: (step: number, random: Random) => HostTensors;
}

interface Example extends TokenPair {
  /** 1 for the domain that is learnt, 0 for the replayed one. */
  readonly domain: number;
}

/** Targets are padded to multiples of this: one graph serves all. */
const TARGET_STEP = 4;

/**
 * Batches of one task in epochs, each of like lengths; of several, or with replay, drawn by their
 * rates. Either way a step's batch depends on its number and the seed alone.
 */
export function lessonBatches(
  lesson: Lesson,
  config: T5Config,
  own: T5Hyperparameters,
  seed: number,
): LessonBatches {
  const all = [...lesson.tasks.flat(), ...lesson.replay];
  const longest = all.reduce((length, { target }) => Math.max(length, target.length), 1);
  const target = Math.ceil(longest / TARGET_STEP) * TARGET_STEP;
  const make = (examples: readonly Example[], source: number): HostTensors => ({
    ...seq2seqBatch(examples, { rows: own.batchSize, source, target }, config),
    ...(own.adversarial > 0 && domainTensors(examples, own.batchSize)),
  });
  const [only = []] = lesson.tasks;
  if (lesson.tasks.length === 1 && lesson.replay.length === 0)
    return createBatches(
      { lengths: only.map(({ source }) => source.length), size: own.batchSize, seed },
      ({ rows, length }) =>
        make(
          rows.map((row) => ({ ...(only[row] as TokenPair), domain: 1 })),
          length,
        ),
    );
  return drawnBatches(lesson, own, make);
}

function drawnBatches(
  { tasks, replay }: Lesson,
  { batchSize, temperature, replay: replayed }: T5Hyperparameters,
  make: (examples: readonly Example[], source: number) => HostTensors,
): LessonBatches {
  const sizes = [...tasks.map((task) => task.length), replay.length];
  const share = replay.length > 0 ? (replayed?.share ?? 0) : 0;
  const rates = mixtureRates(sizes.slice(0, -1), temperature).map((rate) => rate * (1 - share));
  const own = sizes.slice(0, -1).reduce((sum, size) => sum + size, 0);
  return {
    perEpoch: Math.max(1, Math.ceil(own / (1 - share) / batchSize)),
    at(_step, random) {
      const examples = Array.from({ length: batchSize }, (): Example => {
        const { task, example } = drawExample(sizes, [...rates, share], random);
        const pair = (tasks[task] ?? replay)[example] as TokenPair;
        return { ...pair, domain: task < tasks.length ? 1 : 0 };
      });
      return make(examples, bucketOf(Math.max(...examples.map(({ source }) => source.length))));
    },
  };
}

function domainTensors(examples: readonly Example[], rows: number): HostTensors {
  const domain = new Int32Array(rows);
  const weights = new Float32Array(rows);
  for (const [row, example] of examples.entries()) {
    domain[row] = example.domain;
    weights[row] = 1;
  }
  return {
    domain: integers([rows], domain),
    domainWeights: floats([rows], weights),
  };
}

/** The adversarial loss' strength at a share of the run. */
export function strengthInput(progress: number): { strength: HostTensor } {
  return { strength: scalar(adversarialStrength(progress)) };
}
