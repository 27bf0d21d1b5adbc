import { tf } from '../tf.ts';
import { type TracedType, toTracedType } from './backend.ts';
import type { Emitter, TraceKernel } from './kernel.ts';

/** Kernels that fold axes away, and those that normalise along one. */
export const reduceKernels: Record<string, TraceKernel> = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  All: logical('ReduceMin'),
  Any: logical('ReduceMax'),
  ArgMax: index('ArgMax'),
  ArgMin: index('ArgMin'),
  Softmax: (emit, { logits }, { dim }) => normalise(emit, 'Softmax', logits, dim ?? -1),
  LogSoftmax: (emit, { logits }, { axis }) => normalise(emit, 'LogSoftmax', logits, axis ?? -1),
  Cumsum(emit, { x }, { axis, exclusive, reverse }) {
    const { builder } = emit.backend;
    const inputs = [emit.name(x), builder.int64([axis], [])];
    const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
    return emit.tensor('CumSum', inputs, x.shape, toTracedType(x.dtype), attributes);
  },
  TopK(emit, { x }, { k, sorted }) {
    const shape = [...x.shape.slice(0, -1), k];
    const { builder } = emit.backend;
    const [values, indices] = builder.nodes(2, 'TopK', [emit.name(x), builder.int64([k])], {
      axis: -1,
      sorted: sorted ? 1 : 0,
    });
    const small = emit.node('Cast', [indices as string], { to: 6 });
    return [
      emit.backend.symbol(values as string, shape, 'float32'),
      emit.backend.symbol(small, shape, 'int32'),
    ];
  },
};

function reduction(op: string): TraceKernel {
  return (emit, { x }, attributes) => {
    const { axes, shape, keep } = folded(x, attributes);
    const type: TracedType = op === 'ReduceMean' ? 'float32' : toTracedType(x.dtype);
    const inputs = [emit.name(x), emit.backend.builder.int64(axes)];
    return emit.tensor(op, inputs, shape, type, { keepdims: keep });
  };
}

/** All and any of truth values: the least and the greatest of 0 and 1. */
function logical(op: string): TraceKernel {
  return (emit, { x }, attributes) => {
    const { axes, shape, keep } = folded(x, attributes);
    const numbers = emit.node('Cast', [emit.name(x)], { to: 6 });
    const inputs = [numbers, emit.backend.builder.int64(axes)];
    const least = emit.node(op, inputs, { keepdims: keep });
    return emit.tensor('Cast', [least], shape, 'bool', { to: 9 });
  };
}

function folded(x: tf.TensorInfo, { axis, reductionIndices, keepDims }: ReductionAttributes) {
  const axes = tf.util.parseAxisParam((axis ?? reductionIndices) as number[], x.shape);
  const shape = x.shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]));
  return { axes, shape, keep: keepDims ? 1 : 0 };
}

interface ReductionAttributes {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[];
  readonly keepDims?: boolean;
}

function index(op: string): TraceKernel {
  return (emit, { x }, { axis }) => {
    const [at = 0] = tf.util.parseAxisParam(axis, x.shape);
    const large = emit.node(op, [emit.name(x)], { axis: at, keepdims: 0 });
    return emit.tensor('Cast', [large], x.shape.toSpliced(at, 1), 'int32', { to: 6 });
  };
}

function normalise(
  emit: Emitter,
  op: 'Softmax' | 'LogSoftmax',
  logits: tf.TensorInfo,
  dim: number,
): tf.TensorInfo {
  return emit.tensor(op, [emit.name(logits)], logits.shape, 'float32', { axis: dim });
}
