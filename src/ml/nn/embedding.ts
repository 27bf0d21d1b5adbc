import { tf } from '../tf.ts';
import { registerKernels } from '../trace/kernel.ts';
import { fused, rows } from './fused.ts';

/**
 * The rows of a table: ids (...) to vectors (..., D). The gradient adds up where an id repeats.
 * @param table (V, D)
 */
export function embedding(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  const [size, width] = table.shape as [number, number];
  const look = tf.customGrad((weights, save) => {
    (save as tf.GradSaveFunc)([ids]);
    const gradFunc = (dy: tf.Tensor, [places]: tf.Tensor[]) =>
      tf.scatterND((places as tf.Tensor).reshape([-1, 1]), rows(dy), [size, width]);
    return { value: tf.gather(weights as tf.Tensor, ids as tf.Tensor1D), gradFunc };
  }) as (weights: tf.Tensor) => tf.Tensor;
  return look(table);
}

/** 0, 1, ... of the second axis of `ids` (B, S): (S). */
export function positions(ids: tf.Tensor): tf.Tensor1D {
  const [traced] = fused('SequencePositions', { x: ids }) ?? [];
  return (traced ?? tf.range(0, ids.shape[1] as number, 1, 'int32')) as tf.Tensor1D;
}

registerKernels({
  SequencePositions(emit, { x }) {
    const { builder } = emit.backend;
    const size = x.shape[1] as number;
    const length = emit.backend.isDynamic(size)
      ? emit.node('Squeeze', [
          emit.node('Shape', [emit.name(x)], { start: 1, end: 2 }),
          builder.int64([0]),
        ])
      : builder.int64([size], []);
    const range = emit.node('Range', [builder.int64([0], []), length, builder.int64([1], [])]);
    return emit.tensor('Cast', [range], [size], 'int32', { to: 6 });
  },
});
