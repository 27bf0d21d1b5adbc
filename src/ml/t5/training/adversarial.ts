import type { Lookup } from '../../engine/engine.ts';
import { linear } from '../../nn/linear.ts';
import { crossEntropy } from '../../nn/losses.ts';
import { normalFrom } from '../../random.ts';
import { tf } from '../../tf.ts';
import { sizeOf, type Weights } from '../../weights/weights.ts';

// Domain-adversarial training (Ganin et al. 2016, "Domain-Adversarial Training of Neural Networks").

/** The identity, whose gradient comes back with the opposite sign, `strength` times (section 4.2). */
export function reverseGradient(x: tf.Tensor, strength: tf.Tensor): tf.Tensor {
  const reverse = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([strength]);
    return {
      value: tf.clone(input as tf.Tensor),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => dy.mul(saved as tf.Tensor).neg(),
    };
  }) as (x: tf.Tensor) => tf.Tensor;
  return reverse(x);
}

/**
 * How strongly the encoder is pushed to hide the domain: none at first, when the classifier is
 * noise, 1 in the end (section 5.2.2).
 * @param progress share of the steps done, 0 to 1
 */
export function adversarialStrength(progress: number): number {
  return 2 / (1 + Math.exp(-10 * progress)) - 1;
}

const HIDDEN = 'domain_head.hidden';
const OUTPUT = 'domain_head.output';

/** A classifier of two domains with one hidden layer; it serves the training alone. */
export function initialDomainHead(width: number, hidden: number, seed: number): Weights {
  const normal = normalFrom(seed);
  const matrix = (shape: [number, number]) => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => shape[1] ** -0.5 * normal()),
  });
  return new Map([
    [`${HIDDEN}.weight`, matrix([hidden, width])],
    [`${HIDDEN}.bias`, { shape: [hidden], data: new Float32Array(hidden) }],
    [`${OUTPUT}.weight`, matrix([2, hidden])],
    [`${OUTPUT}.bias`, { shape: [2], data: new Float32Array(2) }],
  ]);
}

/** Which domain each row of a batch is of. */
export interface DomainBatch {
  /** (B), integers: 0 source, 1 target */
  readonly domain: tf.Tensor;
  /** (B): 0 leaves a row out */
  readonly domainWeights: tf.Tensor;
  /** A scalar, by `adversarialStrength`. */
  readonly strength: tf.Tensor;
}

/**
 * The classifier's cross-entropy. Minimising it teaches the classifier to tell the domains apart and
 * the encoder to make that impossible.
 * @param pooled (B, D), one vector a text
 */
export function domainLoss(p: Lookup, pooled: tf.Tensor, batch: DomainBatch): tf.Scalar {
  const hidden = headLayer(p, HIDDEN, reverseGradient(pooled, batch.strength)).relu();
  return crossEntropy(headLayer(p, OUTPUT, hidden), batch.domain, batch.domainWeights);
}

function headLayer(p: Lookup, name: string, x: tf.Tensor): tf.Tensor {
  return linear(x, p(`${name}.weight`), p(`${name}.bias`));
}
