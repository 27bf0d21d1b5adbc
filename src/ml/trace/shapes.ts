import { tf } from '../tf.ts';
import { toTracedType } from './backend.ts';
import type { Emitter, KernelInputs, TraceKernel } from './kernel.ts';

/** Kernels that move elements without changing them. */
export const shapeKernels: Record<string, TraceKernel> = {
  Reshape(emit, { x }, { shape }) {
    const sizes = tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape(x.shape));
    return reshape(emit, x, sizes);
  },
  ExpandDims(emit, { input }, { dim }) {
    const source = input;
    const at = dim < 0 ? source.shape.length + 1 + dim : dim;
    return reshape(emit, source, source.shape.toSpliced(at, 0, 1));
  },
  Transpose(emit, { x }, { perm }) {
    const shape = perm.map((axis: number) => x.shape[axis]);
    return emit.tensor('Transpose', [emit.name(x)], shape, toTracedType(x.dtype), { perm });
  },
  Concat(emit, inputs, { axis }) {
    const parts = Object.values(inputs).filter(({ shape }) => tf.util.sizeFromShape(shape) > 0);
    const at = tf.util.parseAxisParam(axis, parts[0]?.shape ?? [])[0] as number;
    const shape = tf.backend_util.computeOutShape(
      parts.map((part) => part.shape),
      at,
    );
    const type = toTracedType(parts[0]?.dtype ?? 'float32');
    return emit.tensor('Concat', parts.map(emit.name), shape, type, { axis: at });
  },
  Pack(emit, inputs, { axis }) {
    const parts = Object.values(inputs).map((part) =>
      reshape(
        emit,
        part,
        part.shape.toSpliced(axis < 0 ? part.shape.length + 1 + axis : axis, 0, 1),
      ),
    );
    const concat = shapeKernels.Concat as TraceKernel;
    return concat(emit, { ...parts } as unknown as KernelInputs, { axis });
  },
  Unpack(emit, { value }, { axis }) {
    const source = value;
    const at = axis < 0 ? source.shape.length + axis : axis;
    return Array.from({ length: source.shape[at] as number }, (_, index) => {
      const begin = source.shape.map((_size, i) => (i === at ? index : 0));
      const size = source.shape.map((whole, i) => (i === at ? 1 : whole));
      return reshape(emit, slice(emit, source, begin, size), source.shape.toSpliced(at, 1));
    });
  },
  SplitV(emit, { x }, { numOrSizeSplits, axis }) {
    const at = tf.util.parseAxisParam(axis, x.shape)[0] as number;
    let offset = 0;
    return tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, at).map((length) => {
      const begin = x.shape.map((_size, i) => (i === at ? offset : 0));
      const size = x.shape.map((whole, i) => (i === at ? length : whole));
      offset += length;
      return slice(emit, x, begin, size);
    });
  },
  Slice(emit, { x }, { begin, size }) {
    const [from = [], sizes = []] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size);
    return slice(emit, x, from, sizes);
  },
  Tile(emit, { x }, { reps }) {
    const shape = x.shape.map((size, i) => size * reps[i]);
    // Where ones are repeated, Expand does it without copying twice; else Tile.
    const op = x.shape.every((size, i) => size === 1 || reps[i] === 1) ? 'Expand' : 'Tile';
    const counts =
      op === 'Expand' ? emit.backend.shapeName(shape) : emit.backend.builder.int64(reps);
    return emit.tensor(op, [emit.name(x), counts], shape, toTracedType(x.dtype));
  },
  PadV2(emit, { x }, { paddings, constantValue }) {
    const pads: [number, number][] = paddings;
    const shape = x.shape.map((size, i) => size + (pads[i]?.[0] ?? 0) + (pads[i]?.[1] ?? 0));
    const amounts = [...pads.map(([before]) => before), ...pads.map(([, after]) => after)];
    const { builder } = emit.backend;
    const inputs = [emit.name(x), builder.int64(amounts), builder.float(constantValue)];
    return emit.tensor('Pad', inputs, shape, toTracedType(x.dtype));
  },
  Fill: (emit, _inputs, { shape, value, dtype }) => filled(emit, shape, value, dtype),
  ZerosLike: (emit, { x }) => filled(emit, x.shape, 0, x.dtype),
  OnesLike: (emit, { x }) => filled(emit, x.shape, 1, x.dtype),
};

/**
 * A reshape whose sizes stay right when a dimension takes another size at run time: equal places
 * are copied, one other is inferred, and only then is a shape computed.
 */
export function reshape(emit: Emitter, x: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  const source = x;
  const type = toTracedType(source.dtype);
  const sizes = shape.map((size, i) =>
    emit.backend.isDynamic(size) ? (source.shape[i] === size ? 0 : -1) : size,
  );
  const simple = sizes.filter((size) => size === -1).length <= 1 && !shape.includes(0);
  const target = simple ? emit.backend.builder.int64(sizes) : emit.backend.shapeName(shape);
  return emit.tensor('Reshape', [emit.name(source), target], shape, type);
}

function slice(emit: Emitter, x: tf.TensorInfo, begin: number[], size: number[]): tf.TensorInfo {
  const axes = size.flatMap((length, i) => (length === x.shape[i] ? [] : [i]));
  if (axes.length === 0)
    return emit.tensor('Identity', [emit.name(x)], size, toTracedType(x.dtype));
  const { builder } = emit.backend;
  const starts = axes.map((i) => begin[i] as number);
  const ends = axes.map((i) => (begin[i] as number) + (size[i] as number));
  const inputs = [
    emit.name(x),
    builder.int64(starts),
    emit.backend.shapeName(ends),
    builder.int64(axes),
  ];
  return emit.tensor('Slice', inputs, size, toTracedType(x.dtype));
}

function filled(
  emit: Emitter,
  shape: readonly number[],
  value: number,
  dtype: tf.DataType,
): tf.TensorInfo {
  const type = toTracedType(dtype);
  return emit.backend.symbol(emit.backend.filled(shape, value, type), shape, type);
}
