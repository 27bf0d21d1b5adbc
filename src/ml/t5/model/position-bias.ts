import { embedding, positions } from '../../nn/embedding.ts';
import { tf } from '../../tf.ts';
import { relativeBucket } from '../buckets.ts';
import { positionBiasName } from '../parameters.ts';
import type { T5Net } from './net.ts';

type Stack = 'encoder' | 'decoder';

/** What keys ahead are lowered by: their weight underflows to 0, and half precision holds it. */
const AHEAD = -1e4;

/** How far each key is from each query of one sequence `ids` (B, N): (N, N), integers. */
export function distancesWithin(ids: tf.Tensor): tf.Tensor {
  const places = positions(ids);
  return places.expandDims(0).sub(places.expandDims(1));
}

/**
 * A stack's learnt biases for distances (T, N): (H, T, N). The buckets are looked up, so that a
 * graph serves every length.
 */
export function positionBias(net: T5Net, stack: Stack, distances: tf.Tensor): tf.Tensor {
  const [zero, farthest] = [tf.scalar(0, 'int32'), tf.scalar(2 * reach(net), 'int32')];
  const places = distances
    .add(tf.scalar(reach(net), 'int32'))
    .maximum(zero)
    .minimum(farthest);
  const buckets = tf.gather(bucketsByDistance(net, stack), places as tf.Tensor1D);
  const biases = embedding(net.parameter(positionBiasName(stack)), buckets); // (T, N, H)
  return biases.transpose([2, 0, 1]);
}

/** Large negatives where distances (T, N) are ahead: (T, N). */
export function causalBias(distances: tf.Tensor): tf.Tensor {
  return distances.greater(tf.scalar(0, 'int32')).cast('float32').mul(AHEAD);
}

/** Beyond this, all distances share a bucket. */
function reach({ config }: T5Net): number {
  return config.maxDistance + 1;
}

function bucketsByDistance(net: T5Net, stack: Stack): tf.Tensor1D {
  const buckets = Array.from({ length: 2 * reach(net) + 1 }, (_, i) =>
    relativeBucket(i - reach(net), stack === 'encoder', net.config),
  );
  return tf.tensor1d(buckets, 'int32');
}
