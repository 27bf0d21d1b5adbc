import { yardstickOf as judgedAs, type Yardstick } from '../../run/judge.ts';
import type { Metrics } from '../../run/messages.ts';
import type { TrainingRow } from '../../run/spec.ts';
import { hasLists } from './task-rows.ts';

/** One label, or the labels of a list. */
export const asList = (value: TrainingRow['label'] | readonly string[]): string[] =>
  Array.isArray(value) ? [...value] : value === null ? [] : [String(value)];

/** Whether two lists have the same labels. */
export const sameAnswer = (said: readonly string[], truth: readonly string[]): boolean =>
  said.length === truth.length && said.every((value) => truth.includes(value));

/**
 * How good texts or lists are: `exactMatch`, and of lists `microF1`, over all labels of all rows.
 * @param said of each row, in their order
 */
export function answerScores(
  said: readonly (readonly string[])[],
  rows: readonly TrainingRow[],
): Metrics {
  const truths = rows.map(({ label }) => asList(label));
  const exact = said.filter((own, i) => sameAnswer(own, truths[i] as string[])).length;
  const scores = { rows: rows.length, exactMatch: exact / rows.length };
  if (!hasLists(rows)) return scores;
  const size = (lists: readonly (readonly string[])[]) =>
    lists.reduce((sum, list) => sum + new Set(list).size, 0);
  const both = said.map((own, i) =>
    [...new Set(own)].filter((value) => truths[i]?.includes(value)),
  );
  return { ...scores, microF1: (2 * size(both)) / Math.max(1, size(said) + size(truths)) };
}

/** The metric that decides; more of it is better. */
export function yardstickOf(labels: readonly string[], several: boolean): string {
  if (several) return 'microF1';
  if (labels.length === 0) return 'exactMatch';
  return classYardstick(labels).metric;
}

/** Of answers that are one of the labels: as of any classifier. */
export const classYardstick = (labels: readonly string[]): Yardstick =>
  judgedAs({ kind: 'CLASSIFY', labels: [...labels] });

/** What a metric is worth: the least, where it cannot be told. */
export function worthOf(metrics: Metrics, metric: string): number {
  const value = metrics[metric];
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY;
}
