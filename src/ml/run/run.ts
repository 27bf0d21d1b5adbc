import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MlError } from '../errors.ts';
import { dataHash } from '../split/data-hash.ts';
import { sizesOf } from '../split/split.ts';
import { isT5 } from '../t5/is-t5.ts';
import { runGenerate } from '../t5/run/generate.ts';
import { runSpanPretraining } from '../t5/run/pretrain.ts';
import { bagWeights } from '../tasks/bag.ts';
import { widthOf } from '../tasks/model.ts';
import { fitBaselines } from './baselines.ts';
import { searchSettings, validateOnFolds } from './choose.ts';
import type { RunContext } from './context.ts';
import { exportModel } from './export-model.ts';
import { type Measured, type Model, measure, winnerOf, yardstickFor } from './finish.ts';
import { measureHeads } from './heads.ts';
import { readHelpers, rowsAt } from './helpers.ts';
import { type Hyperparameters, parseHyperparameters } from './hyperparameters.ts';
import { trainMasked, withMaskedHead } from './masked.ts';
import type { RunResult } from './messages.ts';
import { type Prepared, prepare } from './prepare.ts';
import { runPretraining } from './pretrain-run.ts';
import { readRows, readSpec } from './read-run.ts';
import { measureRivals } from './rivals.ts';
import type { TrainingRow, TrainingSpec } from './spec.ts';
import { taskOf } from './task-of.ts';
import { type Attempt, attempt } from './training.ts';
import { loadVersion, scoreVersion } from './version.ts';

/**
 * Does what a run's folder asks for, from its last checkpoint where there is one, and leaves `model/`
 * and `result.json` in it.
 * @throws MlError with what is wrong with the rows, the base or the settings; the abort reason when
 *   stopped
 */
export async function runTraining(context: RunContext, folder: string): Promise<RunResult> {
  const spec = await readSpec(folder);
  const rows = await readRows(join(folder, 'rows.jsonl'));
  const result = await resultOf(context, folder, spec, rows);
  const content = `${JSON.stringify(result, null, 2)}\n`;
  await writeFile(join(folder, 'result.json'), content, { flush: true }).catch((cause: Error) => {
    throw new MlError('UNAVAILABLE', `Cannot save the result: ${cause.message}`, { cause });
  });
  return result;
}

/** Encoders and text-to-text models are trained by runs of their own. */
async function resultOf(
  context: RunContext,
  folder: string,
  spec: TrainingSpec,
  rows: readonly TrainingRow[],
): Promise<RunResult> {
  const { kind } = spec.task;
  const model = join(folder, 'model');
  if (kind === 'GENERATE')
    return runGenerate(context, spec, rows, (file) => readRows(join(folder, file)), model);
  if (kind === 'PRETRAIN' && (await isT5(spec.base)))
    return runSpanPretraining(context, spec, rows, model);
  const own = parseHyperparameters(spec.hyperparameters);
  if (kind === 'PRETRAIN') return runPretraining(context, folder, spec, rows, own);
  return trainAndMeasure(context, folder, await prepare(spec, rows, own), own);
}

async function trainAndMeasure(
  context: RunContext,
  folder: string,
  start: Prepared,
  asked: Hyperparameters,
): Promise<RunResult> {
  const prepared = await adapted(context, start, asked);
  const { spec, data, split } = prepared;
  const common = {
    ...{ train: split.train, validation: split.validation, seed: spec.seed },
    helpers: await readHelpers(asked, prepared, folder),
    ...(asked.distill && { teacher: await teach(context, prepared, asked) }),
  };
  const { best, tried } = await searchSettings(context, prepared, asked, common);
  const folds = await validateOnFolds(context, prepared, best, common);
  const model = await trainBag(context, prepared, { ...common, hyperparameters: best });
  const baselines = await fitBaselines(spec, {
    train: rowsAt(data, split.train),
    validation: rowsAt(data, split.validation),
  });
  const measured = await measure(context, prepared, best, model, baselines);
  const rivals = await measureRivals(context, prepared, best, baselines);
  const heads = await measureHeads(context, prepared, best, model, common.helpers);
  const found = { ...measured, heads };
  await exportModel(join(folder, 'model'), prepared, best, model, found, context.threads);
  for (const baseline of baselines) baseline.dispose();
  const yardstick = yardstickFor(prepared, model);
  return {
    metrics: metricsOf(measured, {
      ...(tried.length > 0 && { search: tried }),
      ...(folds && { folds }),
      ...(heads.length > 0 && {
        tasks: Object.fromEntries(heads.map(({ name, metrics }) => [name, metrics])),
      }),
    }),
    baselines: rivals,
    ...{ winner: winnerOf(yardstick, measured.metrics, rivals), decidedBy: yardstick.metric },
    ...{ dataHash: dataHash(data.rows, split), hyperparameters: best, rows: sizesOf(split) },
  };
}

function metricsOf({ metrics, validation, alone, choice }: Measured, more: object) {
  return { ...metrics, validation, ...(alone && { alone }), ...(choice && { choice }), ...more };
}

/** The base after some steps of masked-language modelling on the training texts. */
async function adapted(
  context: RunContext,
  prepared: Prepared,
  own: Hyperparameters,
): Promise<Prepared> {
  const { base, data, split, spec } = prepared;
  if (own.domainAdaptSteps === 0 || !base) return prepared;
  const { config, tokenizer, encoder, file } = base;
  const weights = await trainMasked(context, {
    ...{ config, tokenizer, hyperparameters: own, steps: own.domainAdaptSteps, name: 'adapt' },
    ...{ seed: spec.seed, weights: withMaskedHead(config, encoder, file, spec.seed) },
    texts: split.train.map((place) => data.inputs.text?.ids[place] as Int32Array),
  });
  for (const name of weights.keys()) if (!encoder.has(name)) weights.delete(name);
  return { ...prepared, base: { ...base, encoder: weights } };
}

/** A teacher's scores of all rows, in the order of this task's labels. */
async function teach(
  context: RunContext,
  { spec, data }: Prepared,
  { distill, batchSize }: Hyperparameters,
): Promise<Float32Array[]> {
  const version = await loadVersion(distill?.teacher ?? '');
  const { kind, labels } = version.manifest.task;
  const at = spec.task.labels.map((label) => labels.indexOf(label));
  if (kind !== spec.task.kind || at.includes(-1) || spec.task.labels.length === 0)
    throw new MlError(
      'BAD_INPUT',
      `The teacher is a ${kind} model of ${labels}: it cannot teach ${spec.task.kind} of ${spec.task.labels}.`,
    );
  const read = version.read(data.rows);
  const places = data.rows.map((_, place) => place);
  const scores = await scoreVersion(context, version, read, places, batchSize);
  return scores.map((row) => Float32Array.from(at, (place) => row[place] as number));
}

/** One model, or several of different seeds as one. */
async function trainBag(
  context: RunContext,
  prepared: Prepared,
  common: Omit<Attempt, 'name'>,
): Promise<Model> {
  const { hyperparameters, seed } = common;
  const trained = [];
  for (let member = 0; member < hyperparameters.bag; member++) {
    const name = member === 0 ? 'train' : `train-${member}`;
    trained.push(await attempt(context, prepared, { ...common, name, seed: seed + 7919 * member }));
  }
  const [first] = trained;
  if (!first) throw new Error('A bag has a member.');
  if (trained.length === 1) return first;
  const shape = { ...first.shape, members: trained.length };
  const weights = bagWeights(
    trained.map((model) => model.weights),
    first.task.shapes,
  );
  const { task } = taskOf(prepared.spec.task, widthOf(shape), hyperparameters, [], first.scale);
  return { shape, task, weights, ...(first.scale && { scale: first.scale }) };
}
