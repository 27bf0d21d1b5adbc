import type { HostTensor, HostTensors } from '../../onnx/session.ts';
import { floats, integers } from '../../onnx/tensors.ts';
import type { TokenPair } from './corrupt.ts';

export interface BatchShape {
  /** Rows; the batch is filled up with rows that do not count. */
  readonly rows: number;
  /** Tokens of a source (S) and of a target (T); what is longer is cut, its end kept. */
  readonly source: number;
  readonly target: number;
}

/** Ids that the model gives a meaning. */
export interface SpecialIds {
  readonly padId: number;
  readonly startId: number;
}

/**
 * Pairs as the inputs of a training step: `source` and `sourceMask` (B, S), `decoderInput`, `labels`
 * and `labelWeights` (B, T).
 * @param weights how much each pair counts; 1 by default
 */
export function seq2seqBatch(
  pairs: readonly TokenPair[],
  shape: BatchShape,
  ids: SpecialIds,
  weights?: readonly number[],
): HostTensors {
  const targets = pairs.map(({ target }) => cut(target, shape.target));
  const weighed = targets.map((target, i) => target.map(() => weights?.[i] ?? 1));
  const shifted = targets.map((target) => [ids.startId, ...target.slice(0, -1)]);
  return {
    ...sourceBatch(
      pairs.map(({ source }) => source),
      shape,
      ids,
    ),
    decoderInput: paddedIntegers(shifted, shape.rows, shape.target, ids.padId),
    labels: paddedIntegers(targets, shape.rows, shape.target, ids.padId),
    labelWeights: paddedFloats(weighed, shape.rows, shape.target),
  };
}

/** Sources alone: `source` and `sourceMask` (B, S). */
export function sourceBatch(
  sources: readonly (readonly number[])[],
  shape: Pick<BatchShape, 'rows' | 'source'>,
  { padId }: SpecialIds,
): HostTensors {
  const fitted = sources.map((source) => cut(source, shape.source));
  const ones = fitted.map((source) => source.map(() => 1));
  return {
    source: paddedIntegers(fitted, shape.rows, shape.source, padId),
    sourceMask: paddedFloats(ones, shape.rows, shape.source),
  };
}

/** The smallest multiple of `step` that fits the longest list, within `limit`. */
export function paddedLength(
  lists: readonly (readonly unknown[])[],
  step: number,
  limit: number,
): number {
  const longest = lists.reduce((length, list) => Math.max(length, list.length), 1);
  return Math.min(Math.ceil(longest / step) * step, limit);
}

function cut(tokens: readonly number[], limit: number): number[] {
  if (tokens.length <= limit) return [...tokens];
  return [...tokens.slice(0, limit - 1), ...tokens.slice(-1)];
}

function paddedIntegers(
  lists: readonly (readonly number[])[],
  rows: number,
  length: number,
  filler: number,
): HostTensor {
  const data = new Int32Array(rows * length).fill(filler);
  for (const [row, list] of lists.entries()) data.set(list, row * length);
  return integers([rows, length], data);
}

function paddedFloats(
  lists: readonly (readonly number[])[],
  rows: number,
  length: number,
): HostTensor {
  const data = new Float32Array(rows * length);
  for (const [row, list] of lists.entries()) data.set(list, row * length);
  return floats([rows, length], data);
}
