import type { HostTensors } from '../onnx/session.ts';
import { scalar } from '../onnx/tensors.ts';
import type { tf } from '../tf.ts';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** Per parameter: the running means of the gradient and of its square. */
export interface Moments {
  readonly mean: tf.Tensor;
  readonly square: tf.Tensor;
}

/** Scalars of the step, fed as inputs so that one compiled step serves the whole run. */
export interface StepSize {
  /** The learning rate divided by 1 - beta1^t. */
  readonly rate: tf.Tensor;
  /** The reciprocal of 1 - beta2^t. */
  readonly squareCorrection: tf.Tensor;
  /** The learning rate times the decay. */
  readonly decay: tf.Tensor;
}

/**
 * One update by Adam with decoupled weight decay (Loshchilov, Hutter 2019, algorithm 2).
 * @param scale a constant factor on the rate: layers near the input may learn slower
 */
export function adamW(
  parameter: tf.Tensor,
  gradient: tf.Tensor,
  { mean, square }: Moments,
  { rate, squareCorrection, decay }: StepSize,
  {
    decays,
    scale,
    ...options
  }: AdamWOptions & { readonly decays: boolean; readonly scale: number },
): { parameter: tf.Tensor } & Moments {
  const { beta1, beta2, epsilon } = options;
  const newMean = mean.mul(beta1).add(gradient.mul(1 - beta1));
  const newSquare = square.mul(beta2).add(gradient.square().mul(1 - beta2));
  const direction = newMean.div(newSquare.mul(squareCorrection).sqrt().add(epsilon));
  const kept = decays ? parameter.mul(decay.mul(-scale).add(1)) : parameter;
  const moved = kept.sub(direction.mul(scale === 1 ? rate : rate.mul(scale)));
  return { parameter: moved, mean: newMean, square: newSquare };
}

/**
 * A step's scalars, as its inputs.
 * @param step counted from 1
 */
export function stepSize(step: number, rate: number, decay: number): HostTensors {
  const { beta1, beta2 } = adamWDefaults;
  return {
    rate: scalar(rate / (1 - beta1 ** step)),
    squareCorrection: scalar(1 / (1 - beta2 ** step)),
    decay: scalar(rate * decay),
  };
}
