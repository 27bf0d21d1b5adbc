import { tf } from '../tf.ts';
import { TRACE } from '../trace/kernel.ts';

/**
 * Runs a kernel that only the tracing backend has: one fused ONNX operator where other backends
 * compose several.
 * @returns undefined on the other backends
 */
export function fused(
  kernel: string,
  inputs: tf.NamedTensorMap,
  attributes = {},
): tf.Tensor[] | undefined {
  if (tf.getBackend() !== TRACE) return undefined;
  const outputs = tf.engine().runKernel(kernel, inputs, attributes) as tf.Tensor | tf.Tensor[];
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** All axes but the last as one: (..., D) to (N, D). */
export function rows(x: tf.Tensor): tf.Tensor2D {
  return x.reshape([-1, x.shape.at(-1) as number]);
}
