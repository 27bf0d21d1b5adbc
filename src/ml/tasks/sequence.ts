import { linear } from '../nn/linear.ts';
import { crossEntropy } from '../nn/losses.ts';
import { floats, integers } from '../onnx/tensors.ts';
import { NO_TAG } from '../text/units.ts';
import type { tf } from '../tf.ts';
import type { Encoded, Task } from './task.ts';

export interface SequenceOptions {
  readonly tags: number;
  readonly width: number;
  readonly smoothing?: number;
}

/**
 * A tag for each token, such as B-CITY; a target is one number a token, or NO_TAG
 * (Devlin et al. 2019, 5.3: the first piece of a word speaks for it).
 */
export function sequenceTask({
  tags,
  width,
  smoothing = 0,
}: SequenceOptions): Task<ArrayLike<number>> {
  const outputs = (p: (name: string) => tf.Tensor, { hidden }: Encoded) => {
    if (!hidden) throw new Error('Sequence labelling needs text.');
    return { logits: linear(hidden, p('classifier.weight'), p('classifier.bias')) }; // (B, S, T)
  };
  return {
    shapes: new Map([
      ['classifier.weight', [tags, width]],
      ['classifier.bias', [tags]],
    ]),
    outputs,
    loss(p, encoded, batch) {
      const logits = outputs(p, encoded).logits.reshape([-1, tags]);
      return crossEntropy(logits, batch('labels'), batch('weights'), smoothing);
    },
    targets(truths, size, length) {
      const labels = new Int32Array(size * length);
      const weights = new Float32Array(size * length);
      truths.forEach((truth, row) => {
        for (let i = 0; truth && i < Math.min(length, truth.length); i++) {
          if (truth[i] === NO_TAG) continue;
          labels[row * length + i] = truth[i] as number;
          weights[row * length + i] = 1;
        }
      });
      const shape = [size * length];
      return { labels: integers(shape, labels), weights: floats(shape, weights) };
    },
  };
}
