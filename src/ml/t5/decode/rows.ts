import type { HostTensor } from '../../onnx/session.ts';

type Values = HostTensor['data'];

/** The rows of a tensor's first axis, in this order; rows may be left out and repeated. */
export function takeRows(tensor: HostTensor, rows: readonly number[]): HostTensor {
  if (rows.length === tensor.shape[0] && rows.every((row, i) => row === i)) return tensor;
  const width = tensor.shape.slice(1).reduce((size, dimension) => size * dimension, 1);
  const data = emptyLike(tensor.data, rows.length * width);
  for (const [to, from] of rows.entries())
    data.set(tensor.data.subarray(from * width, (from + 1) * width) as never, to * width);
  return { type: tensor.type, shape: [rows.length, ...tensor.shape.slice(1)], data };
}

function emptyLike(values: Values, length: number): Values {
  return new (values.constructor as new (length: number) => Values)(length);
}
