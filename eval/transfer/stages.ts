import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { textLengthFor } from '../../src/ml/t5/data/corrupt.ts';
import { lessonBatches } from '../../src/ml/t5/run/lesson.ts';
import { corruptedBatches, corruptionOf, piecesOf } from '../../src/ml/t5/run/pieces.ts';
import { readSafetensors, writeSafetensors } from '../../src/ml/weights/safetensors.ts';
import type { Weights } from '../../src/ml/weights/weights.ts';
import { hashOf } from '../kept-once.ts';
import type { PairData, TransferPair } from './pair.ts';
import type { Recipe } from './recipe.ts';
import { askedOf, pairsOf } from './texts.ts';
import type { Workshop } from './workshop.ts';

/** Where a pair's longer trainings are kept, and what they depend on. */
export interface Stages {
  readonly workshop: Workshop;
  readonly pair: TransferPair;
  readonly data: PairData;
  readonly recipe: Recipe;
  readonly folder: string;
  /** Of the base and of the pair's rows. */
  readonly key: string;
  readonly log: (line: string) => void;
}

const SEED = 1;

/** The base after the source task; `pretrained` on the target domain's texts before it. */
export function sourceModel(stages: Stages, pretrained: boolean): Promise<Weights> {
  const { pretraining, source } = stages.recipe;
  const depends = pretrained ? [pretraining, source] : [source];
  const name = pretrained ? 'source-pretrained' : 'source';
  return kept(stages, name, depends, async () => {
    const from = pretrained ? await pretrainedBase(stages) : stages.workshop.base.weights;
    await learnSource(stages, from);
  });
}

/** The base after span corruption on the target domain's unlabelled texts. */
export function pretrainedBase(stages: Stages): Promise<Weights> {
  const { workshop, data, recipe, pair } = stages;
  const { base } = workshop;
  return kept(stages, 'pretrained', [recipe.pretraining], async () => {
    const corruption = corruptionOf(base);
    const rows = data.unlabelled.map((text) => ({ id: '', group: '', at: '', text, label: null }));
    const length = textLengthFor(pair.lengths.target, corruption);
    const places = rows.map((_, i) => i);
    const pieces = piecesOf(base, places, rows, length);
    await workshop.train(base.weights, {
      stage: {
        ...recipe.pretraining,
        settings: { ...recipe.pretraining.settings, maxLength: pair.lengths.target },
      },
      batches: (own) => corruptedBatches(pieces, corruption, base, own, SEED),
      seed: SEED,
    });
  });
}

async function learnSource(stages: Stages, from: Weights): Promise<void> {
  const { workshop, pair, data, recipe } = stages;
  const { base } = workshop;
  const tasks = pairsOf(askedOf(base, pair, 'source'), data.source.train);
  await workshop.train(from, {
    stage: recipe.source,
    batches: (own) => lessonBatches({ tasks, replay: [] }, base.config, own, SEED),
    seed: SEED,
  });
}

/** Made once, then read from the folder. */
async function kept(
  { folder, pair, key, workshop, log }: Stages,
  name: string,
  depends: readonly unknown[],
  make: () => Promise<void>,
): Promise<Weights> {
  const hash = hashOf([[key, depends]]);
  const path = join(folder, `${pair.name}-${name}-${hash.slice(0, 12)}.safetensors`);
  if (existsSync(path)) return readSafetensors(path);
  const start = performance.now();
  await make();
  const weights = await workshop.read();
  mkdirSync(folder, { recursive: true });
  await writeSafetensors(path, weights);
  log(`${pair.name}: ${name} model in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return weights;
}
