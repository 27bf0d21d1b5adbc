import type { Computation, Lookup } from '../engine/engine.ts';
import { createDropout, type Dropout } from '../nn/dropout.ts';
import type { HostTensor } from '../onnx/session.ts';
import { floats } from '../onnx/tensors.ts';
import { tf } from '../tf.ts';
import type { Weights } from '../weights/weights.ts';
import { adamW, adamWDefaults } from './adamw.ts';

/** What a loss gets besides parameters and batch. */
export interface LossOptions {
  readonly dropout: Dropout;
  /** To be added to the word embeddings (B, S, H); given in adversarial training only. */
  readonly perturbation?: tf.Tensor;
}

/** The mean loss of a batch: a function of its inputs alone, so that it can be traced. */
export type Loss = (p: Lookup, batch: Lookup, options: LossOptions) => tf.Scalar;

export interface StepOptions {
  /** The parameters that learn; all others stay as they are. */
  readonly trainable: readonly string[];
  readonly loss: Loss;
  /** Share of values that dropout zeroes. */
  readonly dropout: number;
  /** The gradient is scaled down to this norm where it is longer. */
  readonly clip: number;
  /** A factor on the learning rate of a parameter, 1 for most. */
  readonly rateScale?: (name: string) => number;
  /**
   * Adversarial training: length of the step along the loss' gradient at the word embeddings
   * (FGM; Miyato, Dai, Goodfellow 2017, eq. 5-6). `of` gives the shape (B, S, H) of a batch.
   */
  readonly adversarial?: { readonly length: number; readonly of: (batch: Lookup) => number[] };
  /** Takes AdamW's place. */
  readonly update?: Update;
}

/**
 * New parameters and optimiser state by name.
 * @param gradients clipped, one for each of the trainable parameters
 */
export type Update = (
  p: Lookup,
  batch: Lookup,
  gradients: readonly tf.Tensor[],
) => Record<string, tf.Tensor>;

/** Names of optimiser state beside the parameters'. */
export const MEAN = 'mean:';
export const SQUARE = 'square:';
const SUM = 'sum:';

/** Weights and what the optimiser keeps of the trainable ones, at the start of a run. */
export function initialState(
  weights: Weights,
  trainable: readonly string[],
  accumulates = false,
): Map<string, HostTensor> {
  const state = new Map<string, HostTensor>();
  for (const [name, { shape, data }] of weights) state.set(name, floats(shape, data));
  for (const name of trainable) {
    const { shape, data } = weights.get(name) ?? { shape: [0], data: new Float32Array() };
    const kept = accumulates ? [MEAN, SQUARE, SUM] : [MEAN, SQUARE];
    for (const prefix of kept)
      state.set(prefix + name, floats(shape, new Float32Array(data.length)));
  }
  return state;
}

/** The weights of these names in a run's state. */
export function weightsIn(
  state: ReadonlyMap<string, HostTensor>,
  names: readonly string[],
): Weights {
  return new Map(
    names.map((name) => {
      const { shape, data } = state.get(name) as HostTensor;
      return [name, { shape, data: data as Float32Array }];
    }),
  );
}

/** Loss, gradients, clipping and AdamW in one computation. */
export function trainingStep(options: StepOptions): Computation {
  return (p, batch) => {
    const { loss, gradients } = gradientsOf(options, p, batch);
    return { outputs: { loss }, state: update(options, p, batch, gradients) };
  };
}

/**
 * Gradient accumulation in two computations: `add` for each part of a batch, `apply` once after
 * the last. Together they equal one step over the whole where the parts weigh the same.
 * @param parts parts in a batch
 */
export function accumulatedStep(
  options: StepOptions,
  parts: number,
): { add: Computation; apply: Computation } {
  const { trainable } = options;
  return {
    add(p, batch) {
      const { loss, gradients } = gradientsOf(options, p, batch);
      const sums = trainable.map((name, i) => [
        SUM + name,
        p(SUM + name).add((gradients[i] as tf.Tensor).div(parts)),
      ]);
      return { outputs: { loss }, state: Object.fromEntries(sums) };
    },
    apply(p, batch) {
      const gradients = trainable.map((name) => p(SUM + name));
      const emptied = trainable.map((name) => [SUM + name, tf.zerosLike(p(SUM + name))]);
      const state = { ...update(options, p, batch, gradients), ...Object.fromEntries(emptied) };
      return { outputs: { applied: batch('rate') }, state };
    },
  };
}

function gradientsOf(
  { trainable, loss, dropout, adversarial }: StepOptions,
  p: Lookup,
  batch: Lookup,
): { loss: tf.Scalar; gradients: tf.Tensor[] } {
  const variables = trainable.map((name) => p(name) as tf.Variable);
  const lossAt = (perturbation?: tf.Tensor) =>
    loss(p, batch, {
      dropout: createDropout(dropout, dropout ? (batch('noise') as tf.Tensor1D) : tf.tensor1d([])),
      ...(perturbation && { perturbation }),
    });
  if (!adversarial) {
    const { value, grads } = tf.variableGrads(() => lossAt(), variables);
    return { loss: value, gradients: inOrder(variables, grads) };
  }
  const origin = tf.variable(tf.zeros(adversarial.of(batch)));
  const clean = tf.variableGrads(() => lossAt(origin), [...variables, origin]);
  const uphill = clean.grads[origin.name] as tf.Tensor;
  const step = uphill.mul(adversarial.length).div(uphill.square().sum().sqrt().add(1e-12));
  const attacked = tf.variableGrads(() => lossAt(step), variables);
  const both = inOrder(variables, attacked.grads).map((gradient, i) =>
    gradient.add(inOrder(variables, clean.grads)[i] as tf.Tensor),
  );
  origin.dispose();
  return { loss: clean.value, gradients: both };
}

/** A parameter that the loss does not depend on has no gradient: zeros keep it in place. */
function inOrder(variables: tf.Variable[], gradients: tf.NamedTensorMap): tf.Tensor[] {
  return variables.map((variable) => gradients[variable.name] ?? tf.zerosLike(variable));
}

function update(
  options: StepOptions,
  p: Lookup,
  batch: Lookup,
  gradients: tf.Tensor[],
): Record<string, tf.Tensor> {
  const shrink = clipFactor(gradients, options.clip);
  const clipped = gradients.map((gradient) => gradient.mul(shrink));
  return (options.update ?? adamWUpdate(options))(p, batch, clipped);
}

function adamWUpdate({ trainable, rateScale = () => 1 }: StepOptions): Update {
  return (p, batch, gradients) => adamWState(trainable, rateScale, p, batch, gradients);
}

function adamWState(
  trainable: readonly string[],
  rateScale: (name: string) => number,
  p: Lookup,
  batch: Lookup,
  gradients: readonly tf.Tensor[],
): Record<string, tf.Tensor> {
  const size = {
    rate: batch('rate'),
    squareCorrection: batch('squareCorrection'),
    decay: batch('decay'),
  };
  const state: Record<string, tf.Tensor> = {};
  trainable.forEach((name, i) => {
    const parameter = p(name);
    const moments = { mean: p(MEAN + name), square: p(SQUARE + name) };
    // Scales and shifts do not decay, as in BERT's own training.
    const options = { ...adamWDefaults, decays: parameter.rank > 1, scale: rateScale(name) };
    const next = adamW(parameter, gradients[i] as tf.Tensor, moments, size, options);
    state[name] = next.parameter;
    state[MEAN + name] = next.mean;
    state[SQUARE + name] = next.square;
  });
  return state;
}

/** Clipping by the norm over all gradients (Pascanu, Mikolov, Bengio 2013, algorithm 1). */
function clipFactor(gradients: tf.Tensor[], clip: number): tf.Tensor {
  const squares = gradients.map((gradient) => gradient.square().sum());
  const norm = squares.reduce((sum, square) => sum.add(square)).sqrt();
  return tf.minimum(tf.scalar(1), tf.scalar(clip).div(norm.add(1e-6)));
}
