import { MICROSOFT } from '../onnx/graph.ts';
import { tf } from '../tf.ts';
import type { Emitter, TraceKernel } from './kernel.ts';

/** Matrix products. */
export const linearAlgebraKernels: Record<string, TraceKernel> = {
  BatchMatMul(emit, { a, b }, { transposeA, transposeB }) {
    const [left, right] = [a, b];
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(
      left.shape.slice(0, -2),
      right.shape.slice(0, -2),
    );
    const rows = left.shape.at(transposeA ? -1 : -2) as number;
    const columns = right.shape.at(transposeB ? -2 : -1) as number;
    const shape = [...batch, rows, columns];
    if (!transposeA && !transposeB)
      return emit.tensor('MatMul', [emit.name(a), emit.name(b)], shape, 'float32');
    if (emit.backend.portable) {
      const inputs = [turned(emit, left, transposeA), turned(emit, right, transposeB)];
      return emit.tensor('MatMul', inputs, shape, 'float32');
    }
    const attributes = {
      transA: transposeA ? 1 : 0,
      transB: transposeB ? 1 : 0,
      alpha: { float: 1 },
    };
    return emit.tensor(
      'FusedMatMul',
      [emit.name(a), emit.name(b)],
      shape,
      'float32',
      attributes,
      MICROSOFT,
    );
  },
};

function turned(emit: Emitter, x: tf.TensorInfo, transpose: boolean): string {
  if (!transpose) return emit.name(x);
  const last = x.shape.length - 1;
  const perm = x.shape
    .map((_size, i) => i)
    .with(last, last - 1)
    .with(last - 1, last);
  return emit.node('Transpose', [emit.name(x)], { perm });
}
