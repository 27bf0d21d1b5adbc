import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../src/config.ts';
import type { Base } from '../src/ml/run/base.ts';
import { loadBase } from '../src/ml/run/base.ts';
import { createContext, type RunContext } from '../src/ml/run/context.ts';
import { datasetOf, type Encoders } from '../src/ml/run/dataset.ts';
import { type Hyperparameters, parseHyperparameters } from '../src/ml/run/hyperparameters.ts';
import { trainMasked, withMaskedHead } from '../src/ml/run/masked.ts';
import { predictionsOf } from '../src/ml/run/predict.ts';
import type { Prepared } from '../src/ml/run/prepare.ts';
import type { TrainingRow, TrainingSpec } from '../src/ml/run/spec.ts';
import { attempt, type Trained } from '../src/ml/run/training.ts';
import { scoreVersion } from '../src/ml/run/version.ts';
import { fitEncoding } from '../src/ml/tabular/fit.ts';
import { writeSafetensors } from '../src/ml/weights/safetensors.ts';
import type { Weights } from '../src/ml/weights/weights.ts';
import type { Candidate } from './candidates.ts';
import { keeping } from './kept-predictions.ts';
import type { EvalData, EvalRows } from './set.ts';
import { BASE, hasBase } from './shipped.ts';

const SEED = 5;

/** Trained encoders of sets that others start from. */
const CACHE = '.cameo/eval';

/**
 * The shipped base encoder, adapted to the domain's texts where the settings ask for steps of that,
 * or the one that a related set has trained; then fine-tuned on the set's rows. It keeps the weights
 * that did best on validation rows and does not learn those.
 */
export function trainedCandidate(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  suits: (data: EvalData) => boolean,
): Candidate {
  // Adapting is the same for all draws of a set.
  const starts = new WeakMap<EvalData, Promise<Start>>();
  const candidate: Candidate = {
    name,
    baseline: false,
    suits: (data) => suits(data) && hasBase(),
    async predict(data, rows) {
      const own = parseHyperparameters(settings);
      const start = starts.get(data) ?? startOf(data, rows, own);
      starts.set(data, start);
      return learn(data, rows, own, await start);
    },
  };
  return keeping(candidate, {
    settings,
    start: (data) => join(startFolder(data), 'model.safetensors'),
    again: ({ keepAs }) => keepAs !== undefined && !existsSync(join(CACHE, keepAs)),
    folder: join(CACHE, 'predictions'),
  });
}

/** Of the encoder that a set starts from: the shipped one, or a related set's. */
function startFolder({ startsFrom }: EvalData): string {
  if (!startsFrom) return BASE;
  const folder = join(CACHE, startsFrom);
  if (existsSync(folder)) return folder;
  throw new Error(`Run npm run eval -- ${startsFrom} first: this set goes on from there.`);
}

interface Start {
  readonly base: Base;
  /** Weights of a head on the same labels that a related set has taught. */
  readonly known: Weights;
}

const context: RunContext = createContext({
  engine: 'onnx',
  threads: readConfig().ml.threads,
  report: () => {},
  elapsed: () => performance.now(),
});

async function startOf(data: EvalData, rows: EvalRows, own: Hyperparameters): Promise<Start> {
  const base = await loadBase(startFolder(data));
  if (data.startsFrom) return { base, known: base.file };
  return { base: await adapted(base, data, rows, own), known: new Map() };
}

/** Keeps a set's encoder and head for those that start from them. */
async function keep(set: string, { weights }: Trained): Promise<void> {
  const folder = join(CACHE, set);
  await mkdir(folder, { recursive: true });
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
    await copyFile(join(BASE, file), join(folder, file));
  await writeSafetensors(join(folder, 'model.safetensors'), weights);
}

/** Masked-language modelling on the set's texts, its test rows' excepted. */
async function adapted(
  base: Base,
  { unlabelled = [] }: EvalData,
  { train: labelled, validation }: EvalRows,
  own: Hyperparameters,
): Promise<Base> {
  if (own.domainAdaptSteps === 0) return base;
  const rows = [...labelled, ...validation];
  const texts = [...new Set([...rows.map(({ text = '' }) => text), ...unlabelled])];
  const { config, tokenizer, encoder, file } = base;
  const weights = await trainMasked(context, {
    ...{ config, tokenizer, hyperparameters: own, steps: own.domainAdaptSteps, seed: SEED },
    weights: withMaskedHead(config, encoder, file, SEED),
    texts: texts.map((text) => tokenizer.encode(text, { maxLength: own.maxLength })),
    name: 'adapt',
  });
  for (const name of weights.keys()) if (!encoder.has(name)) weights.delete(name);
  return { ...base, encoder: weights };
}

async function learn(data: EvalData, rows: EvalRows, own: Hyperparameters, start: Start) {
  const { train: first, validation, test } = rows;
  const all = [...first, ...validation, ...test];
  const until = [first.length, first.length + validation.length] as const;
  const { trained, prepared } = await train(data, all, until, own, start);
  if (data.keepAs) await keep(data.keepAs, trained);
  const side = async (from: number, to: number) => {
    const places = range(from, to);
    const { data: set, spec } = prepared;
    const scores = await scoreVersion(context, trained, set, places, own.batchSize);
    const { scale } = trained;
    return columnsOf(predictionsOf(spec.task, scores, set, places, scale ? { scale } : {}));
  };
  return { validation: await side(...until), test: await side(until[1], all.length) };
}

function columnsOf(predictions: ReturnType<typeof predictionsOf>): number[][] {
  if ('probabilities' in predictions) return predictions.probabilities;
  if (predictions.kind === 'REGRESS') return predictions.values.map((value) => [value]);
  throw new Error(`eval does not judge ${predictions.kind}.`);
}

/** Learns rows up to the first place, choosing weights by those up to the second. */
async function train(
  { task }: EvalData,
  rows: readonly TrainingRow[],
  [first, second]: readonly [number, number],
  own: Hyperparameters,
  { base, known }: Start,
): Promise<{ trained: Trained; prepared: Prepared }> {
  const { features, ...kind } = task;
  const spec: TrainingSpec = {
    task: { name: 'eval', kind: kind.kind, labels: [...kind.labels] },
    ...{ base: BASE, text: 'EVENTS', features: [...features], hyperparameters: {} },
    ...{ seed: SEED, threads: context.threads, backend: 'onnx' },
  };
  const encoders: Encoders = {
    tokenizer: base.tokenizer,
    maxLength: own.maxLength,
    encoding: features.length > 0 ? fitEncoding(features, rows.slice(0, first)) : undefined,
  };
  const split = { train: range(0, first), validation: range(first, second), test: [] };
  const prepared: Prepared = {
    ...{ spec, base, known, encoders, split },
    data: datasetOf(spec.task, rows, encoders),
  };
  const trained = await attempt(context, prepared, {
    ...{ name: 'eval', hyperparameters: own, seed: SEED, helpers: [] },
    ...{ train: split.train, validation: split.validation },
  });
  return { trained, prepared };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
