import { createGraphBuilder } from '../onnx/builder.ts';
import type { DataType, OnnxGraph } from '../onnx/graph.ts';
import { tf } from '../tf.ts';
import { TraceBackend, type TracedType, type TraceOptions } from './backend.ts';
import { elementwiseKernels } from './elementwise.ts';
import { indexingKernels } from './indexing.ts';
import { registerKernels, TRACE } from './kernel.ts';
import { linearAlgebraKernels } from './linear-algebra.ts';
import { reduceKernels } from './reduce.ts';
import { shapeKernels } from './shapes.ts';

const backend = new TraceBackend();
tf.registerBackend(TRACE, () => backend);
registerKernels(elementwiseKernels);
registerKernels(shapeKernels);
registerKernels(reduceKernels);
registerKernels(linearAlgebraKernels);
registerKernels(indexingKernels);

/** Makes inputs of the graph as they are asked for. */
export interface TraceInputs {
  /**
   * @param shape a text names a dimension known at run time; such graphs work for every size of it
   * @param stored the type in the graph where it differs: int64 ids, as other programs feed them
   */
  input(
    name: string,
    shape: readonly (number | string)[],
    type: TracedType,
    stored?: DataType,
  ): tf.Tensor;
}

/** Sizes that stand for dimensions known at run time: primes above any width that models have. */
const STAND_INS = [1_000_003, 1_000_033, 1_000_037, 1_000_039];

/**
 * Runs `compute` once, with tensors that have shapes but no values, and writes down what it does.
 * Gradients that it takes are part of the graph.
 * @param compute gives the graph's outputs by name
 */
export function trace(
  compute: (inputs: TraceInputs) => Record<string, tf.Tensor>,
  options: TraceOptions = {},
): OnnxGraph {
  const builder = createGraphBuilder();
  backend.begin(builder, options);
  const dimensions = new Map<string, number>();
  onTraceBackend(() => {
    const outputs = compute({ input: (...of) => addInput(dimensions, ...of) });
    for (const [name, tensor] of Object.entries(outputs)) {
      const shape = tensor.shape.map((size) => nameOfSize(dimensions, size));
      builder.output({ name, type: tensor.dtype as DataType, shape }, backend.nameOf(tensor));
    }
  });
  return builder.graph;
}

/** TensorFlow.js has one backend at a time; a trace borrows that place and gives it back. */
function onTraceBackend(compute: () => void): void {
  const before = tf.engine().backendName;
  // Without an asynchronous start, setBackend has taken effect when it returns.
  void tf.setBackend(TRACE);
  try {
    tf.tidy(compute);
  } finally {
    if (before) void tf.setBackend(before);
  }
}

function addInput(
  dimensions: Map<string, number>,
  name: string,
  shape: readonly (number | string)[],
  type: TracedType,
  stored: DataType = type,
): tf.Tensor {
  const { builder } = backend;
  builder.input({ name, type: stored, shape });
  const sizes = shape.map((size, axis) => {
    if (typeof size === 'number') return size;
    const known = dimensions.get(size);
    if (known) return known;
    const standIn = STAND_INS[dimensions.size];
    if (!standIn) throw new Error(`A graph can have ${STAND_INS.length} dynamic dimensions.`);
    dimensions.set(size, standIn);
    backend.dimensions.set(standIn, builder.node('Shape', [name], { start: axis, end: axis + 1 }));
    return standIn;
  });
  const value = stored === type ? name : builder.node('Cast', [name], { to: castTo[type] });
  return tf.engine().makeTensorFromTensorInfo(backend.symbol(value, sizes, type), backend);
}

const castTo = { float32: 1, int32: 6, bool: 9 } as const;

function nameOfSize(dimensions: Map<string, number>, size: number): number | string {
  for (const [name, standIn] of dimensions) if (size === standIn) return name;
  return size < (STAND_INS[0] as number) ? size : `dim_${size}`;
}
