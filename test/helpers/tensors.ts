import type { HostTensor } from '../../src/ml/onnx/session.ts';

/** Repeatable numbers around 0 like a normal's, or uniform in [0, 1). */
export function randomFrom(seed: number, uniform = false): () => number {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return uniform ? next : () => next() + next() + next() - 1.5;
}

export function floats(shape: number[], values: number[] | (() => number)): HostTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Array.isArray(values)
    ? Float32Array.from(values)
    : Float32Array.from({ length: size }, values);
  return { type: 'float32', shape, data };
}

export function integers(shape: number[], values: number[]): HostTensor {
  return { type: 'int32', shape, data: Int32Array.from(values) };
}
