import { normalise } from '../bert/pooling.ts';
import { crossEntropy } from '../nn/losses.ts';
import { floats, integers } from '../onnx/tensors.ts';
import type { tf } from '../tf.ts';
import type { Task } from './task.ts';

/** What a score is lowered by to take a row out of the negatives. */
const OUT = -1e4;

/**
 * Vectors whose cosine tells how alike texts are, learnt from pairs: each first text is to find its
 * partner among the batch's (InfoNCE: van den Oord et al. 2018, eq. 4), both ways. A batch's rows are
 * the first texts and then, in the same order, their partners; a text may be its own partner, which
 * dropout lets look different (SimCSE: Gao et al. 2021, sec. 3). A target is the number of what the
 * text is about: rows of the same number are no negatives of each other.
 */
export function embedTask({ temperature }: { readonly temperature: number }): Task<number> {
  const outputs: Task<number>['outputs'] = (_p, { pooled }) => ({ vector: normalise(pooled) });
  return {
    shapes: new Map(),
    outputs,
    loss(p, encoded, batch) {
      const vectors = outputs(p, encoded).vector as tf.Tensor; // (2N, W)
      const [rows, width] = vectors.shape as [number, number];
      const firsts = vectors.slice([0, 0], [rows / 2, width]);
      const partners = vectors.slice([rows / 2, 0], [rows / 2, width]);
      const scores = firsts.matMul(partners, false, true).div(temperature).add(batch('alike'));
      const there = crossEntropy(scores, batch('labels'), batch('weights'));
      const back = crossEntropy(scores.transpose(), batch('labels'), batch('weights'));
      return there.add(back).div(2) as tf.Scalar;
    },
    targets(truths, size) {
      const pairs = size / 2;
      const labels = Int32Array.from({ length: pairs }, (_, i) => i);
      const weights = Float32Array.from(labels, (i) => (truths[i] === undefined ? 0 : 1));
      const alike = new Float32Array(pairs * pairs);
      for (let i = 0; i < pairs; i++)
        for (let j = 0; j < pairs; j++) {
          const negative = truths[i] !== truths[j] && weights[i] && weights[j];
          if (i !== j && !negative) alike[i * pairs + j] = OUT;
        }
      return {
        labels: integers([pairs], labels),
        weights: floats([pairs], weights),
        alike: floats([pairs, pairs], alike),
      };
    },
  };
}
