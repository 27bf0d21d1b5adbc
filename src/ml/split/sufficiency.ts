import type { TrainingRow, TrainingSpec } from '../run/spec.ts';

/** Labelled rows that every class needs. */
export const LEAST_ROWS = 100;

type Task = Pick<TrainingSpec['task'], 'kind' | 'labels'>;

/**
 * Why these rows are too few to learn the task from, or null when they are enough: 100 labelled
 * rows of each class (as many as `shots` when the run asks for that), and two classes that occur.
 * A refusal names the class and its count. Tasks without labels need 100 rows.
 */
export function whyInsufficient(
  { kind, labels }: Task,
  rows: readonly Pick<TrainingRow, 'label'>[],
  shots?: number,
): string | null {
  const least = shots ?? LEAST_ROWS;
  if (kind === 'REGRESS') return whyNoValues(rows, least);
  if (kind === 'SEQUENCE') return whyFewSpans(labels, rows, least);
  if (kind !== 'CLASSIFY' && kind !== 'MULTI_LABEL')
    return rows.length >= least ? null : `There are ${rows.length} rows; ${least} are needed.`;
  const counts = countLabels(labels, rows);
  const occurring = [...counts].filter(([, count]) => count > 0);
  if (kind === 'CLASSIFY' && occurring.length < 2) return whyOneClass(occurring);
  const few = whyFew(counts, least);
  if (few) return few;
  const total = rows.filter(({ label }) => label !== null).length;
  const always = occurring.find(([, count]) => kind === 'MULTI_LABEL' && count === total);
  return always
    ? `All ${total} labelled rows have "${always[0]}": there is nothing to tell it from.`
    : null;
}

function whyFew(counts: ReadonlyMap<string, number>, least: number): string | null {
  const few = [...counts].filter(([, count]) => count < least);
  if (few.length === 0) return null;
  return `Each class needs ${least} labelled rows, but ${few
    .map(([label, count]) => `"${label}" has ${count}`)
    .join(', ')}. Label more, or leave the class out.`;
}

/** Texts with a span of a class count for it; the tags of a class are B- and I- of its name. */
function whyFewSpans(
  tags: readonly string[],
  rows: readonly Pick<TrainingRow, 'label'>[],
  least: number,
): string | null {
  const classesIn = (own: readonly string[]) =>
    [...new Set(own.map((tag) => tag.slice(2)))].filter((label) => label !== '');
  if (classesIn(tags).length === 0) return 'No row has a span; spans of a class are needed.';
  const spans = rows.map(({ label }) => ({
    label: Array.isArray(label) ? classesIn(label) : null,
  }));
  return whyFew(countLabels(classesIn(tags), spans), least);
}

function whyOneClass(occurring: readonly (readonly [string, number])[]): string {
  const [only] = occurring;
  if (!only) return 'No row has a label; two classes are needed.';
  return `All labelled rows (${only[1]}) are of the class "${only[0]}"; two classes are needed.`;
}

function whyNoValues(rows: readonly Pick<TrainingRow, 'label'>[], least: number): string | null {
  const values = rows.flatMap(({ label }) => (typeof label === 'number' ? label : []));
  if (values.length < least)
    return `There are ${values.length} rows with a value to predict; ${least} are needed.`;
  if (values.every((value) => value === values[0]))
    return `All ${values.length} values to predict are ${values[0]}: there is nothing to learn.`;
  return null;
}

/** Every label of the set with its count. */
function countLabels(
  labels: readonly string[],
  rows: readonly Pick<TrainingRow, 'label'>[],
): Map<string, number> {
  const counts = new Map(labels.map((label) => [label, 0]));
  for (const { label } of rows) {
    if (label === null) continue;
    for (const own of Array.isArray(label) ? label : [String(label)])
      counts.set(own, (counts.get(own) ?? 0) + 1);
  }
  return counts;
}
