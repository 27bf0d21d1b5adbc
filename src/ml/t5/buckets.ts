import type { T5Config } from './config.ts';

type Distances = Pick<T5Config, 'buckets' | 'maxDistance'>;

/**
 * The bucket of a distance (key's position minus query's): half of the buckets hold one distance
 * each, the others grow logarithmically up to `maxDistance`, beyond which all share the last
 * (Raffel et al. 2020, section 2.1).
 * @param bidirectional half of the buckets for keys ahead; otherwise keys ahead count as distance 0
 */
export function relativeBucket(
  distance: number,
  bidirectional: boolean,
  { buckets, maxDistance }: Distances,
): number {
  const available = bidirectional ? buckets >> 1 : buckets;
  const offset = bidirectional && distance > 0 ? available : 0;
  const steps = bidirectional ? Math.abs(distance) : Math.max(-distance, 0);
  const exact = available >> 1;
  if (steps < exact) return offset + steps;
  // In float32 as the original computes it: the last digit decides at the powers of two.
  const growth = Math.fround(Math.fround(Math.log(steps / exact)) / Math.log(maxDistance / exact));
  const bucket = exact + Math.trunc(Math.fround(growth * (available - exact)));
  return offset + Math.min(bucket, available - 1);
}
