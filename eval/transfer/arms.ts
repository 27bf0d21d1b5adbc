import type { TrainingRow } from '../../src/ml/run/spec.ts';
import { sampleShots } from '../../src/ml/split/shots.ts';
import { lessonBatches } from '../../src/ml/t5/run/lesson.ts';
import { between } from '../../src/ml/weights/between.ts';
import type { Weights } from '../../src/ml/weights/weights.ts';
import type { TaskScores } from './judge.ts';
import type { TaskRows } from './pair.ts';
import { type FewLabels, type Recipe, stageAt } from './recipe.ts';
import { fewerSource, simpleScores } from './simple.ts';
import { pretrainedBase, type Stages, sourceModel } from './stages.ts';
import { askedOf, pairsOf, sourcesOf } from './texts.ts';

/** A way to use the source's labels, the target's few labels and its texts, or not. */
export interface Arm {
  readonly name: string;
  /** Whether it learns from target labels; if not, there is one model for all. */
  readonly learns: boolean;
  /** One of the simple models, cheap enough to be asked again. */
  readonly simple: boolean;
  /** The parts of the recipe that its models of so many labels a class depend on. */
  needs(recipe: Recipe, shots: number): readonly unknown[];
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

interface FewShotOptions {
  /** What was done before, as far as the recipe says it. */
  readonly before: (recipe: Recipe) => readonly unknown[];
  readonly replays: boolean;
  /** Added to the seed of the training, not to that of the labels. */
  readonly chances?: number;
}

/** A T5 that goes on from `from` with few labels. */
function fewShots(
  name: string,
  from: (stages: Stages) => Promise<Weights>,
  stageOf: (recipe: Recipe) => FewLabels,
  { before, replays, chances = 0 }: FewShotOptions,
): Arm {
  return {
    name,
    learns: true,
    simple: false,
    needs: (recipe, shots) => {
      const { by, settings } = stageOf(recipe);
      return [...before(recipe), by[shots], settings, replays ? recipe.replay : 0];
    },
    async make(stages, shots, seed) {
      const { workshop, pair, data, recipe } = stages;
      const { base } = workshop;
      const tasks = pairsOf(askedOf(base, pair, 'target'), shotsOf(data.target.pool, shots, seed));
      const { steps, settings } = stageAt(stageOf(recipe), shots);
      const share = replays ? recipe.replay : 0;
      // As long as the target's texts, so that a step costs no more for the replayed ones.
      const replayed = share > 0 ? pairsOf(askedOf(base, pair, 'target'), data.source.train) : [];
      await workshop.train(await from(stages), {
        stage: {
          steps,
          settings:
            share > 0
              ? { ...settings, replay: { rows: 'source.jsonl', share, split: 'group' } }
              : settings,
        },
        batches: (own) =>
          lessonBatches({ tasks, replay: replayed.flat() }, base.config, own, seed + chances),
        seed: seed + chances,
      });
      return scorerOf(stages);
    },
  };
}

/** A T5 that has seen no label of the target. */
function unlabelled(
  name: string,
  needs: Arm['needs'],
  weightsOf: (stages: Stages) => Weights | Promise<Weights>,
): Arm {
  return {
    ...{ name, learns: false, simple: false, needs },
    async make(stages) {
      await stages.workshop.load(await weightsOf(stages));
      return scorerOf(stages);
    },
  };
}

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
export const SOURCE_ONLY = 'source only';
export const TRANSFER = 'transfer';
export const PRETRAINED_TRANSFER = 'transfer, pre-trained in the domain';

/** A control: what two trainings are worth without any source. */
const TARGET_AGAIN = 'target only, once more';
export const TARGET_TWICE = 'two of the target only together';

export const ALL_TOGETHER = 'source, target and transfer together';
export const TOGETHER = 'target and transfer together';

/** Models that answer together, a source by its weight; told once all of them are there. */
export const mixtures: readonly { readonly name: string; readonly of: readonly string[] }[] = [
  { name: ALL_TOGETHER, of: [SOURCE_ONLY, TARGET_ONLY, TRANSFER] },
  { name: TOGETHER, of: [TARGET_ONLY, TRANSFER] },
  { name: TARGET_TWICE, of: [TARGET_ONLY, TARGET_AGAIN] },
];

export const arms: readonly Arm[] = [
  simple('TF-IDF of the target', { source: false, target: true }),
  simple('TF-IDF of the source', { source: true, target: false }),
  simple('TF-IDF of both', { source: true, target: true }),
  unlabelled(
    'the base as it is',
    () => [],
    ({ workshop }) => workshop.base.weights,
  ),
  unlabelled(
    SOURCE_ONLY,
    ({ source }) => [source],
    (stages) => sourceModel(stages, false),
  ),
  fewShots(
    TARGET_ONLY,
    async ({ workshop }) => workshop.base.weights,
    ({ alone }) => alone,
    { before: () => [], replays: false },
  ),
  fewShots(
    TARGET_AGAIN,
    async ({ workshop }) => workshop.base.weights,
    ({ alone }) => alone,
    { before: () => [], replays: false, chances: 1000 },
  ),
  fewShots(
    TRANSFER,
    async (stages) => {
      const { workshop, recipe } = stages;
      return between(workshop.base.weights, await sourceModel(stages, false), recipe.sourceShare);
    },
    ({ transfer }) => transfer,
    { before: ({ source, sourceShare }) => [source, sourceShare], replays: true },
  ),
  fewShots(
    PRETRAINED_TRANSFER,
    async (stages) => {
      const source = await sourceModel(stages, true);
      return between(await pretrainedBase(stages), source, stages.recipe.sourceShare);
    },
    ({ transfer }) => transfer,
    {
      before: ({ pretraining, source, sourceShare }) => [pretraining, source, sourceShare],
      replays: true,
    },
  ),
];
