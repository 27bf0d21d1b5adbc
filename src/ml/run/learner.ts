import type { Dense } from '../bert/encoder.ts';
import { MlError } from '../errors.ts';
import { tableSizesOf } from '../tabular/encode.ts';
import type { TabularEncoding } from '../tabular/encoding.ts';
import { type FeatureShape, fusionShapes, initialFusion } from '../tasks/fusion.ts';
import type { ModelShape } from '../tasks/model.ts';
import { initialHead, type Shapes } from '../tasks/task.ts';
import { isFrozen, layerRates } from '../train/layers.ts';
import { initialLora, loraDense } from '../train/lora.ts';
import type { Weights } from '../weights/weights.ts';
import type { Base } from './base.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import type { AnyTask } from './task-of.ts';

/** A model at the start of its training. */
export interface Learner {
  readonly shape: ModelShape;
  readonly task: AnyTask;
  readonly weights: Weights;
  readonly trainable: readonly string[];
  readonly rateScale: (name: string) => number;
  /** Linear layers with low-rank updates. */
  readonly dense?: Dense;
}

/** The shape of a model that reads what there is. */
export function shapeOf(
  { pooling, fusionWidth }: Pick<Hyperparameters, 'pooling' | 'fusionWidth'>,
  base: Base | undefined,
  encoding: TabularEncoding | undefined,
): ModelShape {
  const features: FeatureShape | undefined = encoding && {
    numbers: 2 * encoding.columns.filter(({ kind }) => kind === 'number').length,
    tables: tableSizesOf(encoding),
    width: fusionWidth,
  };
  return {
    ...(base && { text: { config: base.config, pooling } }),
    ...(features && { features }),
  };
}

/**
 * Puts the base's encoder and new weights together, and says which of them learn and how fast.
 * @param known weights of an earlier version on the same labels: its head goes on learning
 * @throws MlError when the hyper-parameters ask for what the model does not have
 */
export function createLearner(
  shape: ModelShape,
  task: AnyTask,
  hyperparameters: Hyperparameters,
  options: { readonly base?: Base | undefined; readonly known?: Weights; readonly seed: number },
): Learner {
  const { lora, freezeLayers, layerDecay, headRate } = hyperparameters;
  const { base, known = new Map(), seed } = options;
  const layers = shape.text?.config.num_hidden_layers ?? 0;
  if (freezeLayers > layers)
    throw new MlError('BAD_INPUT', `"freezeLayers" is ${freezeLayers}, the base has ${layers}.`);
  if (lora && !shape.text) throw new MlError('BAD_INPUT', '"lora" needs a text encoder.');
  const encoder: Weights = base?.encoder ?? new Map();
  const updates: Weights = lora ? initialLora(encoder, lora, seed + 3) : new Map();
  const fresh = new Map([...newWeights(shape, task.shapes, seed), ...updates]);
  for (const [name, weight] of fresh)
    if (known.get(name)?.shape.join() === weight.shape.join())
      fresh.set(name, known.get(name) ?? weight);
  const learns = (name: string) => !lora && !isFrozen(name, freezeLayers, layers);
  const trainable = [...[...encoder.keys()].filter(learns), ...fresh.keys()];
  const rates = layerRates(layerDecay, layers);
  return {
    ...{ shape, task, trainable },
    weights: new Map([...encoder, ...fresh]),
    rateScale: (name) => (fresh.has(name) ? headRate : rates(name)),
    ...(lora && { dense: loraDense(updates, lora) }),
  };
}

function newWeights({ text, features }: ModelShape, head: Shapes, seed: number): Weights {
  const fusion = features ? fusionShapes(features, text?.config.hidden_size ?? 0) : new Map();
  return new Map([...initialFusion(fusion, seed + 1), ...initialHead(head, seed + 2)]);
}
