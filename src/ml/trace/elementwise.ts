import { tf } from '../tf.ts';
import { type TracedType, toTracedType } from './backend.ts';
import type { Emitter, TraceKernel } from './kernel.ts';

/** Kernels that work on each element alone, with NumPy's broadcasting. */
export const elementwiseKernels: Record<string, TraceKernel> = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('Div'),
  Pow: binary('Pow'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Mod: binary('Mod', { fmod: 1 }),
  Equal: binary('Equal', {}, 'bool'),
  Greater: binary('Greater', {}, 'bool'),
  GreaterEqual: binary('GreaterOrEqual', {}, 'bool'),
  Less: binary('Less', {}, 'bool'),
  LessEqual: binary('LessOrEqual', {}, 'bool'),
  LogicalAnd: binary('And', {}, 'bool'),
  LogicalOr: binary('Or', {}, 'bool'),
  NotEqual: (emit, inputs) =>
    not(emit, binary('Equal', {}, 'bool')(emit, inputs, {}) as tf.TensorInfo),
  LogicalNot: (emit, { x }) => not(emit, x),
  SquaredDifference(emit, inputs) {
    const difference = binary('Sub')(emit, inputs, {}) as tf.TensorInfo;
    return square(emit, difference);
  },
  Abs: unary('Abs'),
  Ceil: unary('Ceil'),
  Cos: unary('Cos'),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Floor: unary('Floor'),
  Identity: unary('Identity'),
  Log: unary('Log'),
  Neg: unary('Neg'),
  Reciprocal: unary('Reciprocal'),
  Relu: unary('Relu'),
  Round: unary('Round'),
  Sigmoid: unary('Sigmoid'),
  Sign: unary('Sign'),
  Sin: unary('Sin'),
  Softplus: unary('Softplus'),
  Sqrt: unary('Sqrt'),
  Tanh: unary('Tanh'),
  Square: (emit, { x }) => square(emit, x),
  Rsqrt: (emit, { x }) => like(emit, 'Reciprocal', [emit.node('Sqrt', [emit.name(x)])], x),
  Expm1: (emit, { x }) => plusOne(emit, 'Sub', emit.node('Exp', [emit.name(x)]), x),
  Log1p: (emit, { x }) =>
    like(emit, 'Log', [emit.node('Add', [emit.name(x), emit.backend.builder.float(1)])], x),
  /** 1 where x > 0, `alpha` elsewhere. */
  Step(emit, { x }, { alpha }) {
    const positive = emit.node('Greater', [emit.name(x), emit.backend.builder.float(0)]);
    const { builder } = emit.backend;
    return like(emit, 'Where', [positive, builder.float(1), builder.float(alpha)], x);
  },
  ClipByValue: (emit, { x }, { clipValueMin, clipValueMax }) => {
    const { builder } = emit.backend;
    return like(
      emit,
      'Clip',
      [emit.name(x), builder.float(clipValueMin), builder.float(clipValueMax)],
      x,
    );
  },
  Select(emit, { condition, t, e }) {
    const shape = broadcast([condition, t, e]);
    // TensorFlow.js lets a condition of rank 1 choose whole rows.
    const rows = condition.shape.length === 1 && shape.length > 1;
    const chosen = rows
      ? emit.node('Reshape', [
          emit.name(condition),
          emit.backend.builder.int64([-1, ...shape.slice(1).map(() => 1)]),
        ])
      : emit.name(condition);
    return emit.tensor('Where', [chosen, emit.name(t), emit.name(e)], shape, typeOf(t));
  },
  Cast: (emit, { x }, { dtype }) => cast(emit, x, toTracedType(dtype)),
};

function unary(op: string): TraceKernel {
  return (emit, { x }) => like(emit, op, [emit.name(x)], x);
}

function binary(op: string, attributes = {}, type?: TracedType): TraceKernel {
  return (emit, { a, b }) =>
    emit.tensor(op, [emit.name(a), emit.name(b)], broadcast([a, b]), type ?? typeOf(a), attributes);
}

function square(emit: Emitter, x: tf.TensorInfo): tf.TensorInfo {
  return like(emit, 'Mul', [emit.name(x), emit.name(x)], x);
}

function not(emit: Emitter, condition: tf.TensorInfo): tf.TensorInfo {
  return emit.tensor('Not', [emit.name(condition)], condition.shape, 'bool');
}

function plusOne(emit: Emitter, op: 'Add' | 'Sub', name: string, x: tf.TensorInfo) {
  return like(emit, op, [name, emit.backend.builder.float(1)], x);
}

function like(emit: Emitter, op: string, inputs: string[], x: tf.TensorInfo): tf.TensorInfo {
  return emit.tensor(op, inputs, x.shape, typeOf(x));
}

const castNumbers = { float32: 1, int32: 6, bool: 9 } as const;

function cast(emit: Emitter, x: tf.TensorInfo, type: TracedType): tf.TensorInfo {
  return emit.tensor('Cast', [emit.name(x)], x.shape, type, { to: castNumbers[type] });
}

function typeOf(tensor: tf.TensorInfo): TracedType {
  return toTracedType(tensor.dtype);
}

function broadcast(tensors: tf.TensorInfo[]): number[] {
  return tensors
    .map((tensor) => tensor.shape)
    .reduce((a, b) => tf.broadcast_util.assertAndGetBroadcastShape(a, b));
}
