import { MlError } from '../errors.ts';

/** One parameter of a model: row-major float32 values. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The parameters of a model by their Hugging Face names. */
export type Weights = Map<string, Weight>;

/** The number of values of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

/** @throws MlError when a weight is missing, or has another shape than the model needs. */
export function requireWeight(weights: Weights, name: string, shape: readonly number[]): Weight {
  const weight = weights.get(name);
  if (!weight) throw new MlError('BAD_FILE', `The weight "${name}" is missing from the model.`);
  if (weight.shape.join() !== shape.join())
    throw new MlError(
      'SHAPE_MISMATCH',
      `The weight "${name}" is [${weight.shape}], the model's config needs [${shape}].`,
    );
  return weight;
}
