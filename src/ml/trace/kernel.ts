import type { GraphBuilder } from '../onnx/builder.ts';
import type { Attribute } from '../onnx/graph.ts';
import { tf } from '../tf.ts';
import type { TraceBackend, TracedType } from './backend.ts';

/** The name under which TensorFlow.js knows the tracing backend. */
export const TRACE = 'onnx';

// biome-ignore lint/suspicious/noExplicitAny: each kernel has attributes of its own, untyped in TensorFlow.js.
export type KernelAttributes = any;
/** The inputs of a kernel by the names TensorFlow.js gives them; each kernel has some of these. */
export type KernelInputs = Record<InputName, tf.TensorInfo>;
type InputName =
  | ('a' | 'b' | 'x' | 't' | 'e' | 'condition' | 'logits' | 'input' | 'value')
  | ('indices' | 'updates' | 'params' | 'gamma' | 'beta' | 'dy' | 'mean' | 'inverse' | 'weight');

/** Appends the nodes of one kernel and tells what came of it. */
export type TraceKernel = (
  emit: Emitter,
  inputs: KernelInputs,
  attributes: KernelAttributes,
) => tf.TensorInfo | tf.TensorInfo[];

/** What kernels write with. */
export interface Emitter {
  readonly backend: TraceBackend;
  /** The graph's name of a tensor. */
  name(tensor: tf.TensorInfo): string;
  /** A node whose single output is a tensor of this shape and type. */
  tensor(
    op: string,
    inputs: readonly string[],
    shape: readonly number[],
    type: TracedType,
    attributes?: Record<string, Attribute>,
    domain?: string,
  ): tf.TensorInfo;
  /** A node whose output is used by further nodes only. */
  readonly node: GraphBuilder['node'];
}

export function createEmitter(backend: TraceBackend): Emitter {
  const node: Emitter['node'] = (op, inputs, attributes, domain) =>
    backend.builder.node(op, inputs, attributes, domain);
  return {
    backend,
    node,
    name: (tensor) => backend.nameOf(tensor),
    tensor: (op, inputs, shape, type, attributes, domain) =>
      backend.symbol(node(op, inputs, attributes, domain), shape, type),
  };
}

/** Registers kernels with TensorFlow.js for the tracing backend. */
export function registerKernels(kernels: Record<string, TraceKernel>): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName: TRACE,
      kernelFunc: ({ inputs, backend, attrs }) =>
        kernel(createEmitter(backend as TraceBackend), inputs as KernelInputs, attrs),
    });
  }
}

/** Whether what is computed now is the trace of a function whose gradient nobody wants. */
export function isInference(): boolean {
  return tf.getBackend() === TRACE && (tf.backend() as TraceBackend).inference;
}
