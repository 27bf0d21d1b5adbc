import type { OnnxGraph, OnnxTensor } from '../onnx/graph.ts';
import type { tf } from '../tf.ts';
import type { Weights } from '../weights/weights.ts';
import type { TraceOptions } from './backend.ts';
import { type TraceInputs, trace } from './trace.ts';

/** Traces an inference, or what `options` say, with weights as constants of the graph. */
export function traceWithWeights(
  weights: Weights,
  compute: (
    input: TraceInputs['input'],
    p: (name: string) => tf.Tensor,
  ) => Record<string, tf.Tensor>,
  options: TraceOptions = { inference: true },
): OnnxGraph {
  const used = new Set<string>();
  const known = new Map<string, tf.Tensor>();
  const graph = trace(
    ({ input }) =>
      compute(input, (name) => {
        const weight = weights.get(name);
        if (!weight) throw new Error(`The model has no weight "${name}".`);
        used.add(name);
        const tensor = known.get(name) ?? input(name, weight.shape, 'float32');
        known.set(name, tensor);
        return tensor;
      }),
    options,
  );
  const isWeight = ({ name }: { name: string }) => used.has(name);
  for (const { name } of graph.inputs.filter(isWeight))
    graph.initializers.set(name, constantOf(weights, name));
  return { ...graph, inputs: graph.inputs.filter((value) => !isWeight(value)) };
}

function constantOf(weights: Weights, name: string): OnnxTensor {
  const { shape, data } = weights.get(name) as { shape: number[]; data: Float32Array };
  return { type: 'float32', dims: shape, data };
}
