import type { OnnxGraph, OnnxTensor } from '../onnx/graph.ts';
import type { tf } from '../tf.ts';
import type { TraceOptions } from '../trace/backend.ts';
import { trace } from '../trace/trace.ts';
import type { Weights } from '../weights/weights.ts';
import type { BertConfig } from './config.ts';
import { type BertInput, bertEncode } from './encoder.ts';
import { type Pooling, pool } from './pooling.ts';

/** What a served model gives, computed from the encoder's vectors (B, S, H) and its pooled one (B, H). */
export type Head = (
  p: (name: string) => tf.Tensor,
  hidden: tf.Tensor,
  pooled: tf.Tensor,
  input: BertInput,
) => Record<string, tf.Tensor>;

/**
 * The encoder, and a head where there is one, as an ONNX graph for any batch and length, with the
 * inputs that Hugging Face's exports have (`input_ids`, `attention_mask`, int64) and the outputs
 * `last_hidden_state` and `pooled`, or the head's.
 */
export function exportBert(
  config: BertConfig,
  weights: Weights,
  pooling: Pooling,
  head?: Head,
): OnnxGraph {
  return traceWithWeights(weights, (input, p) => {
    const shape = ['batch', 'sequence'];
    const ids = input('input_ids', shape, 'int32', 'int64');
    const mask = input('attention_mask', shape, 'int32', 'int64');
    const hidden = bertEncode(config, p, { ids, mask });
    const pooled = pool(hidden, mask, pooling);
    return head?.(p, hidden, pooled, { ids, mask }) ?? { last_hidden_state: hidden, pooled };
  });
}

type Input = Parameters<Parameters<typeof trace>[0]>[0]['input'];

/** Traces an inference, or what `options` say, with weights as constants of the graph. */
export function traceWithWeights(
  weights: Weights,
  compute: (input: Input, p: (name: string) => tf.Tensor) => Record<string, tf.Tensor>,
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
