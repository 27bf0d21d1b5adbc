import type { OnnxGraph } from '../onnx/graph.ts';
import type { tf } from '../tf.ts';
import { traceWithWeights } from '../trace/with-weights.ts';
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
