import {
  ALL_TOGETHER,
  PRETRAINED_TRANSFER,
  SOURCE_ONLY,
  TARGET_ONLY,
  TARGET_TWICE,
  TOGETHER,
  TRANSFER,
} from './arms.ts';
import { type Interval, intervalOf } from './interval.ts';
import type { TransferRecord } from './kept.ts';
import type { TransferPair } from './pair.ts';
import { SEEDS } from './recipe.ts';

/** What learns from both domains, and is held against the bars. */
const CARRIED = [TRANSFER, TOGETHER, ALL_TOGETHER, PRETRAINED_TRANSFER];

/** What is held against the bar, beside source only. The last is stricter: as many trainings on both sides. */
const CONTESTS = [
  ...CARRIED.map((arm) => ({ arm, rival: TARGET_ONLY })),
  { arm: ALL_TOGETHER, rival: TARGET_TWICE },
];

/** The seeds' mean of an arm at so many labels a class; undefined where it was not run. */
export function meanAt(
  records: readonly TransferRecord[],
  arm: string,
  shots: number,
): Interval | undefined {
  const own = records.filter((record) => record.arm === arm && record.shots === shots);
  return own.length > 0 ? intervalOf(own.map(({ score }) => score)) : undefined;
}

/** An arm beside the better of its rivals, by labels a class. */
export interface Beaten {
  readonly shots: number;
  readonly arm: string;
  readonly transfer: number;
  readonly rival: number;
}

/**
 * Transfer beside the better of source-only and `rival` at each number of labels. It is one and
 * the same arm at all of them, so that none is picked where it happened to do well.
 */
export function beatenBy(
  records: readonly TransferRecord[],
  arm: string,
  shots: readonly number[],
  rival = TARGET_ONLY,
): Beaten[] {
  const source = meanAt(records, SOURCE_ONLY, 0)?.mean;
  return shots.flatMap((own) => {
    const transfer = meanAt(records, arm, own)?.mean;
    const target = meanAt(records, rival, own)?.mean;
    if (transfer === undefined || target === undefined || source === undefined) return [];
    return { shots: own, arm, transfer, rival: Math.max(source, target) };
  });
}

/** A bar of the issue beside what was reached. */
export interface BarLine {
  readonly what: string;
  readonly bar: string;
  readonly figure: string;
  readonly met: boolean;
}

/** The bars that one pair has of its own, for each arm that learns from both domains. */
export function pairBars(pair: TransferPair, records: readonly TransferRecord[]): BarLine[] {
  const { bar, title, metric } = pair;
  if (!bar) return [];
  return CARRIED.flatMap((arm) => {
    const reached = meanAt(records, arm, bar.shots);
    if (!reached) return [];
    return {
      what: `${title}, ${bar.shots} labels a class: ${arm}`,
      bar: `${metric} >= ${bar.least}`,
      figure: `${intervalText(reached)} (${reached.runs} of ${SEEDS.length} seeds)`,
      met: reached.mean >= bar.least,
    };
  });
}

/** On how many pairs an arm beats both its parts at every number of labels; of arms that were run. */
export function transferBars(
  pairs: readonly { readonly records: readonly TransferRecord[] }[],
  shots: readonly number[],
): BarLine[] {
  return CONTESTS.flatMap(({ arm, rival }) => {
    const beaten = pairs.map(({ records }) => beatenBy(records, arm, shots, rival));
    const wins = (own: Beaten) => own.transfer > own.rival;
    const won = beaten.filter((own) => own.length === shots.length && own.every(wins));
    const places = beaten.flat();
    if (places.length === 0) return [];
    return {
      what: `${arm} beats the better of source only and ${rival} at every number of labels`,
      bar: '3 of 4 pairs',
      figure: `${won.length} of ${pairs.length} pairs (${places.filter(wins).length} of ${places.length} places)`,
      met: won.length >= 3,
    };
  });
}

export function intervalText({ mean, half }: Interval): string {
  return half === undefined ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${half.toFixed(3)}`;
}
