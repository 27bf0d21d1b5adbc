import type { HostTensors } from '../onnx/session.ts';
import { integers } from '../onnx/tensors.ts';

/** One number a row of a batch; 0 for rows without a truth, and for the padding beyond them. */
export function perRow<Target>(
  truths: readonly (Target | undefined)[],
  size: number,
  numberOf: (truth: Target) => number,
): number[] {
  return Array.from({ length: size }, (_, row) => {
    const truth = truths[row];
    return truth === undefined ? 0 : numberOf(truth);
  });
}

/**
 * Token ids of a batch, padded.
 * @param size rows of the batch; those beyond `rows` are padding, with one token so that a mean exists
 * @returns ids and mask (size, length) int32
 */
export function tokenTensors(
  rows: readonly Int32Array[],
  size: number,
  length: number,
  pad: number,
): HostTensors {
  const ids = new Int32Array(size * length).fill(pad);
  const mask = new Int32Array(size * length);
  for (let row = 0; row < size; row++) {
    const tokens = rows[row]?.subarray(0, length) ?? new Int32Array();
    ids.set(tokens, row * length);
    mask.fill(1, row * length, row * length + Math.max(1, tokens.length));
  }
  return { ids: integers([size, length], ids), mask: integers([size, length], mask) };
}
