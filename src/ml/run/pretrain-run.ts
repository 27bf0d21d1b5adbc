import { join } from 'node:path';
import type { Weights } from '../weights/weights.ts';
import { tokenizerFiles } from './base.ts';
import { baseResult, measureOnce, writtenRows } from './base-result.ts';
import type { RunContext } from './context.ts';
import { exportBase } from './export-model.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { maskedLossOf, meanMaskedLoss, trainMasked, withMaskedHead } from './masked.ts';
import type { RunResult } from './messages.ts';
import { type OwnVocabulary, withOwnVocabulary } from './own-vocabulary.ts';
import { splitOf } from './prepare.ts';
import type { TrainingRow, TrainingSpec } from './spec.ts';
import { loadStart } from './start.ts';

/** Goes on pre-training a base on a domain's own texts (Gururangan et al. 2020); the result is a base. */
export async function runPretraining(
  context: RunContext,
  folder: string,
  spec: TrainingSpec,
  all: readonly TrainingRow[],
  own: Hyperparameters,
): Promise<RunResult> {
  const rows = writtenRows(spec, all);
  const split = splitOf(rows, own, spec.seed);
  const { base, files } = await startOf(
    spec.base,
    split.train.map((place) => rows[place]?.text ?? ''),
    own,
  );
  const { config, tokenizer, encoder, file } = base;
  const maxLength = Math.min(own.maxLength, config.max_position_embeddings);
  const encode = (places: readonly number[]) =>
    places.map((place) => tokenizer.encode(rows[place]?.text ?? '', { maxLength }));
  const [texts, validation, test] = [split.train, split.validation, split.test].map(encode);
  const before = withMaskedHead(config, encoder, file, spec.seed);
  const job = { config, tokenizer, hyperparameters: own };
  const perEpoch = Math.ceil(split.train.length / own.batchSize);
  const lossOnce = maskedLossOf(config);
  const weights = await trainMasked(context, {
    ...{ ...job, weights: before, texts: texts ?? [], seed: spec.seed, name: 'train' },
    steps: Math.max(1, Math.round(own.epochs * perEpoch)),
    async onEpoch(machine, step) {
      const value = await meanMaskedLoss(machine, lossOnce, job, validation ?? []);
      const point = { step, split: 'validation', metric: 'loss', value };
      context.report({ type: 'curve', points: [point] });
    },
  });
  const lossOf = (own: Weights) =>
    measureOnce(context, own, (machine) => meanMaskedLoss(machine, lossOnce, job, test ?? []));
  const [loss, baseLoss] = [await lossOf(weights), await lossOf(before)];
  await exportBase(join(folder, 'model'), config, files, weights);
  return baseResult(loss, baseLoss, { rows, split }, own);
}

/** The base as it is, or with a vocabulary of the training texts. */
async function startOf(
  folder: string,
  texts: readonly string[],
  own: Hyperparameters,
): Promise<OwnVocabulary> {
  const base = await loadStart(folder, own);
  const { vocabulary } = own;
  if (vocabulary) return withOwnVocabulary(base, texts, vocabulary.size);
  return { base, files: await tokenizerFiles(folder) };
}
