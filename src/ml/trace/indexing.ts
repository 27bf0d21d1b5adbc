import { tf } from '../tf.ts';
import { toTracedType } from './backend.ts';
import type { TraceKernel } from './kernel.ts';

/** Kernels that read or write at places given by a tensor. */
export const indexingKernels: Record<string, TraceKernel> = {
  GatherV2(emit, { x, indices }, { axis, batchDims }) {
    if (batchDims) throw new Error('Gather with batch dimensions cannot be traced.');
    const [source, places] = [x, indices];
    const at = tf.util.parseAxisParam(axis, source.shape)[0] as number;
    const shape = source.shape.toSpliced(at, 1, ...places.shape);
    const inputs = [emit.name(x), emit.name(indices)];
    return emit.tensor('Gather', inputs, shape, toTracedType(source.dtype), { axis: at });
  },
  GatherNd(emit, { params, indices }) {
    const [source, places] = [params, indices];
    const depth = places.shape.at(-1) as number;
    const shape = [...places.shape.slice(0, -1), ...source.shape.slice(depth)];
    const wide = emit.node('Cast', [emit.name(indices)], { to: 7 });
    return emit.tensor('GatherND', [emit.name(params), wide], shape, toTracedType(source.dtype));
  },
  /** Values added up at their places: duplicates sum. */
  ScatterNd(emit, { indices, updates }, { shape }) {
    const type = toTracedType(updates.dtype);
    const zeros = emit.backend.filled(shape, 0, type);
    const wide = emit.node('Cast', [emit.name(indices)], { to: 7 });
    const attributes = { reduction: 'add' };
    const rows = indices.shape.at(-1) === 1 && indices.shape.length === 2 && shape.length === 2;
    if (!rows) {
      const inputs = [zeros, wide, emit.name(updates)];
      return emit.tensor('ScatterND', inputs, shape, type, attributes);
    }
    // ONNX Runtime's ScatterND adds from several threads at once, and so loses sums where an index
    // comes twice; its ScatterElements uses one thread.
    const places = emit.node('Expand', [wide, emit.backend.shapeName(updates.shape)]);
    const inputs = [zeros, places, emit.name(updates)];
    return emit.tensor('ScatterElements', inputs, shape, type, { ...attributes, axis: 0 });
  },
  OneHot(emit, { indices }, { depth, onValue, offValue, dtype }) {
    const places = indices as tf.TensorInfo;
    const { builder } = emit.backend;
    const wide = emit.node('Cast', [emit.name(places)], { to: 7 });
    const values = builder.constant({
      type: 'float32',
      dims: [2],
      data: Float32Array.of(offValue, onValue),
    });
    const hot = emit.node('OneHot', [wide, builder.int64([depth]), values], { axis: -1 });
    const shape = [...places.shape, depth];
    const type = toTracedType(dtype);
    if (type === 'float32') return emit.backend.symbol(hot, shape, type);
    return emit.tensor('Cast', [hot], shape, type, { to: type === 'int32' ? 6 : 9 });
  },
};
