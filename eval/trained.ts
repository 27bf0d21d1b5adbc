import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
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
import type { Weights } from '../src/ml/weights/weights.ts';
import type { Candidate } from './candidates.ts';
import type { EvalData, EvalRows } from './set.ts';

const BASE = 'models/base-encoder';
const SEED = 5;

export interface Recipe {
  /** Of the fine-tuning. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of the related rows' task before it; those of the fine-tuning when absent. */
  readonly first?: Readonly<Record<string, unknown>>;
}

/**
 * The shipped base encoder, adapted to the domain's texts where the recipe asks for steps of that,
 * fine-tuned on the related rows where the set has some, then on its own. It keeps the weights that
 * did best on validation rows and does not learn those.
 */
export function trainedCandidate(
  name: string,
  recipe: Recipe,
  suits: (data: EvalData) => boolean,
): Candidate {
  // Adapting and learning the related rows are the same for all draws of a set.
  const starts = new WeakMap<EvalData, Promise<Start>>();
  return {
    name,
    baseline: false,
    suits: (data) => suits(data) && existsSync(join(BASE, 'model.safetensors')),
    async predict(data, rows) {
      const start = starts.get(data) ?? startOf(data, rows, recipe);
      starts.set(data, start);
      return learn(data, rows, parseHyperparameters(recipe.settings), await start);
    },
  };
}

interface Start {
  readonly base: Base;
  /** Weights of the head that the related rows have taught. */
  readonly known: Weights;
}

const context: RunContext = createContext({
  engine: 'onnx',
  threads: availableParallelism(),
  report: () => {},
  elapsed: () => performance.now(),
});

async function startOf(data: EvalData, rows: EvalRows, recipe: Recipe): Promise<Start> {
  const own = parseHyperparameters(recipe.first ?? recipe.settings);
  const base = await adapted(await loadBase(BASE), data, rows, own);
  if (!data.intermediate) return { base, known: new Map() };
  const related = data.intermediate;
  const cut = Math.floor(related.length * 0.95);
  const { trained } = await train(data, related, [cut, related.length], own, {
    base,
    known: new Map(),
  });
  const encoder = new Map([...base.encoder.keys()].map((key) => [key, weightOf(trained, key)]));
  return { base: { ...base, encoder }, known: trained.weights };
}

function weightOf({ weights }: Trained, name: string) {
  const weight = weights.get(name);
  if (!weight) throw new Error(`The trained model has no weight "${name}".`);
  return weight;
}

/** Masked-language modelling on the set's texts, its test rows' excepted. */
async function adapted(
  base: Base,
  { unlabelled = [], intermediate = [] }: EvalData,
  { train: labelled, validation }: EvalRows,
  own: Hyperparameters,
): Promise<Base> {
  if (own.domainAdaptSteps === 0) return base;
  const rows = [...labelled, ...validation, ...intermediate];
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
