import type { HostTensors } from '../onnx/session.ts';
import type { Random } from '../random.ts';
import { inputTensors, lengthsOf, type Variation } from '../tasks/inputs.ts';
import { type BatchPlan, createBatches } from '../train/batches.ts';
import type { Dataset } from './dataset.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import type { AnyTask } from './task-of.ts';

/** Batches to learn from, as `fit` asks for them. */
export interface LearningBatches {
  readonly perEpoch: number;
  readonly at: (batch: number, random: Random) => HostTensors;
}

/**
 * Batches of some rows with their targets.
 * @param targets one for each row of `data`
 * @param paired EMBED: a batch has each row's partner too
 */
export function learningBatches(
  data: Dataset,
  places: readonly number[],
  { task, targets, paired }: { task: AnyTask; targets: readonly unknown[]; paired: boolean },
  { batchSize, augment, featureDropout }: Hyperparameters,
  seed: number,
): LearningBatches {
  const lengths = lengthsOf(data.inputs);
  const partners = paired ? partnersOf(data, places) : undefined;
  const make = ({ rows, length }: BatchPlan, random: Random): HostTensors => {
    const own = rows.map((row) => places[row] as number);
    const variation: Variation = { augment, featureDropout, random };
    const size = partners ? 2 * batchSize : batchSize;
    const shown = partners ? withPartners(own, batchSize, partners, random) : own;
    const truths = own.map((place) => targets[place]);
    return {
      ...inputTensors(data.inputs, shown, size, length, variation),
      ...task.targets(truths, size, length),
    };
  };
  return createBatches(
    { lengths: places.map((place) => lengths[place] as number), size: batchSize, seed },
    make,
  );
}

/** The rows of each row's topic; a row without a label is alone in its own. */
function partnersOf(data: Dataset, places: readonly number[]): Map<number, number[]> {
  const byTopic = new Map<unknown, number[]>();
  for (const place of places) {
    const topic = data.truths[place];
    const rows = byTopic.get(topic) ?? [];
    rows.push(place);
    byTopic.set(topic, rows);
  }
  return new Map(places.map((place) => [place, byTopic.get(data.truths[place]) as number[]]));
}

/** The rows, padded to `size` by repeating one, and then a partner of each. */
function withPartners(
  rows: readonly number[],
  size: number,
  partners: ReadonlyMap<number, readonly number[]>,
  random: Random,
): number[] {
  const full = Array.from({ length: size }, (_, i) => rows[i] ?? (rows[0] as number));
  const others = full.map((row) => {
    const alike = (partners.get(row) as readonly number[]).filter((other) => other !== row);
    return alike[Math.floor(random() * alike.length)] ?? row;
  });
  return [...full, ...others];
}
