import { permutation, type Random, seededRandom } from '../random.ts';

/** Rows that are computed together. */
export interface BatchPlan {
  /** Tokens that every row is padded to. */
  readonly length: number;
  /** Which rows; fewer than the batch's size only in the last batch of an epoch. */
  readonly rows: readonly number[];
}

export interface BatchOptions {
  /** Tokens of each row. */
  readonly lengths: ArrayLike<number>;
  /** Rows of a batch. */
  readonly size: number;
  readonly seed: number;
  /** Padded lengths, rising; the last holds all longer rows too, which the caller cuts. */
  readonly buckets?: readonly number[];
}

/** Padded lengths: one compiled graph serves each, so there are few. */
export const lengthBuckets = [16, 32, 48, 64, 96, 128, 192, 256] as const;

/** The least bucket that holds `length` tokens; the greatest for what is longer than all. */
export function bucketOf(length: number, buckets: readonly number[] = lengthBuckets): number {
  return buckets.find((bucket) => length <= bucket) ?? (buckets.at(-1) as number);
}

/**
 * The batches of an epoch, each of rows of about one length, in an order drawn by chance. What is left
 * of a bucket goes on to the next longer one, so that every batch but one is full.
 * @returns ceil(rows / size) batches that hold every row once; the same for the same seed and epoch
 */
export function planEpoch(options: BatchOptions, epoch: number): BatchPlan[] {
  const { lengths, size, seed, buckets = lengthBuckets } = options;
  const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(epoch + 1, 0xc2b2ae35));
  const inBucket = new Map<number, number[]>();
  for (const row of permutation(lengths.length, random.next)) {
    const bucket = bucketOf(lengths[row] as number, buckets);
    const rows = inBucket.get(bucket) ?? [];
    rows.push(row);
    inBucket.set(bucket, rows);
  }
  const plans: BatchPlan[] = [];
  let left: number[] = [];
  let widest = buckets[0] as number;
  for (const length of buckets.filter((bucket) => inBucket.has(bucket))) {
    const rows = [...left, ...(inBucket.get(length) as number[])];
    const whole = rows.length - (rows.length % size);
    for (let at = 0; at < whole; at += size)
      plans.push({ length, rows: rows.slice(at, at + size) });
    left = rows.slice(whole);
    widest = length;
  }
  if (left.length > 0) plans.push({ length: widest, rows: left });
  return permutation(plans.length, random.next).map((place) => plans[place] as BatchPlan);
}

/**
 * The batches of a run by the number of their step, counted from 1, as `fit` asks for them.
 * @param make turns a plan into tensors; `random` is the step's own
 */
export function createBatches<T>(
  options: BatchOptions,
  make: (plan: BatchPlan, random: Random) => T,
): { readonly perEpoch: number; readonly at: (step: number, random: Random) => T } {
  const perEpoch = Math.ceil(options.lengths.length / options.size);
  let planned = -1;
  let plans: BatchPlan[] = [];
  return {
    perEpoch,
    at(step, random) {
      const epoch = Math.floor((step - 1) / perEpoch);
      if (epoch !== planned) plans = planEpoch(options, epoch);
      planned = epoch;
      return make(plans[(step - 1) % perEpoch] as BatchPlan, random);
    },
  };
}
