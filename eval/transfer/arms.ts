import type { TrainingRow } from '../../src/ml/run/spec.ts';
import { sampleShots } from '../../src/ml/split/shots.ts';
import { lessonBatches } from '../../src/ml/t5/run/lesson.ts';
import type { Weights } from '../../src/ml/weights/weights.ts';
import type { TaskScores } from './judge.ts';
import type { TaskRows } from './pair.ts';
import type { Recipe, Stage } from './recipe.ts';
import { fewerSource, simpleScores } from './simple.ts';
import { type Stages, sourceModel } from './stages.ts';
import { askedOf, pairsOf, sourcesOf } from './texts.ts';

/** A way to use the source's labels, the target's few labels and its texts, or not. */
export interface Arm {
  readonly name: string;
  /** Whether it learns from target labels; if not, there is one model for all. */
  readonly learns: boolean;
  /** One of the simple models, cheap enough to be asked again. */
  readonly simple: boolean;
  /** The parts of the recipe that its models depend on. */
  needs(recipe: Recipe): readonly unknown[];
  /** Puts the model on the machine (or fits it), and gives what scores rows of a domain. */
  make(stages: Stages, shots: number, seed: number): Promise<Scorer>;
}

export type Scorer = (domain: 'source' | 'target', rows: TaskRows) => Promise<TaskScores>;

/** `shots` labels a class of each task, drawn by the seed from the target's pool. */
export function shotsOf(pool: TaskRows, shots: number, seed: number): TaskRows {
  return pool.map((rows) =>
    shots === 0 ? [] : sampleShots(rows, shots, seed).map((place) => rows[place] as TrainingRow),
  );
}

function scorerOf({ workshop, pair }: Stages): Scorer {
  return async (domain, rows) => {
    const asked = askedOf(workshop.base, pair, domain);
    const sources = sourcesOf(asked, rows);
    const scores: number[][][] = [];
    for (const [t, labels] of asked.labels.entries())
      scores.push(await workshop.score(sources[t] ?? [], labels));
    return scores;
  };
}

/** A T5 that goes on from `from` with few labels. */
function fewShots(
  name: string,
  from: (stages: Stages) => Promise<Weights>,
  stageOf: (recipe: Recipe) => Stage,
  { before, replays }: { before: (recipe: Recipe) => readonly Stage[]; replays: boolean },
): Arm {
  return {
    name,
    learns: true,
    simple: false,
    needs: (recipe) => [
      ...before(recipe),
      ...[stageOf(recipe), recipe.stepsBy, replays ? recipe.replay : 0],
    ],
    async make(stages, shots, seed) {
      const { workshop, pair, data, recipe } = stages;
      const { base } = workshop;
      const tasks = pairsOf(askedOf(base, pair, 'target'), shotsOf(data.target.pool, shots, seed));
      const { steps, settings } = stageOf(recipe);
      const share = replays ? recipe.replay : 0;
      // As long as the target's texts, so that a step costs no more for the replayed ones.
      const replayed = share > 0 ? pairsOf(askedOf(base, pair, 'target'), data.source.train) : [];
      await workshop.train(await from(stages), {
        stage: {
          steps: Math.round(steps * (recipe.stepsBy[shots] ?? 1)),
          settings:
            share > 0
              ? { ...settings, replay: { rows: 'source.jsonl', share, split: 'group' } }
              : settings,
        },
        batches: (own) => lessonBatches({ tasks, replay: replayed.flat() }, base.config, own, seed),
        seed,
      });
      return scorerOf(stages);
    },
  };
}

const sourceOnly: Arm = {
  name: 'source only',
  learns: false,
  simple: false,
  needs: ({ source }) => [source],
  async make(stages) {
    await stages.workshop.load(await sourceModel(stages, false));
    return scorerOf(stages);
  },
};

function simple(name: string, domains: { source: boolean; target: boolean }): Arm {
  return {
    name,
    learns: domains.target,
    simple: true,
    needs: () => [],
    make: async ({ pair, data }, shots, seed) => {
      const rows = {
        source: domains.source ? fewerSource(data) : [],
        shots: domains.target ? shotsOf(data.target.pool, shots, seed) : [],
      };
      return (_, asked) => simpleScores(pair, rows, asked);
    },
  };
}

export const TARGET_ONLY = 'target only';
export const SOURCE_ONLY = sourceOnly.name;
export const TRANSFER = 'transfer';
export const PRETRAINED_TRANSFER = 'transfer, pre-trained in the domain';

export const ALL_TOGETHER = 'source, target and transfer together';
export const TOGETHER = 'target and transfer together';

/** Models whose log-probabilities count alike; told once all of them are there. */
export const mixtures: readonly { readonly name: string; readonly of: readonly string[] }[] = [
  { name: ALL_TOGETHER, of: [SOURCE_ONLY, TARGET_ONLY, TRANSFER] },
  { name: TOGETHER, of: [TARGET_ONLY, TRANSFER] },
];

export const arms: readonly Arm[] = [
  simple('TF-IDF of the target', { source: false, target: true }),
  simple('TF-IDF of the source', { source: true, target: false }),
  simple('TF-IDF of both', { source: true, target: true }),
  sourceOnly,
  fewShots(
    TARGET_ONLY,
    async ({ workshop }) => workshop.base.weights,
    ({ alone }) => alone,
    { before: () => [], replays: false },
  ),
  fewShots(
    TRANSFER,
    (stages) => sourceModel(stages, false),
    ({ transfer }) => transfer,
    { before: ({ source }) => [source], replays: true },
  ),
  fewShots(
    PRETRAINED_TRANSFER,
    (stages) => sourceModel(stages, true),
    ({ transfer }) => transfer,
    { before: ({ pretraining, source }) => [pretraining, source], replays: true },
  ),
];
