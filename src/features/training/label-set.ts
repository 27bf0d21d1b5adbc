import sql from 'sql-template-tag';
import { readLabel } from './label-value.ts';
import type { LabelSet, RowsDeps, RowsRequest, RowsTask } from './request.ts';
import { streamRows } from './stream.ts';
import { newestLabels } from './subjects.ts';

const PAGE = 5_000;

/**
 * The distinct labels of a task as of `at` (now), with how many things have each: what a model is to
 * choose from, and what shows whether there are enough. Numbers to predict and texts to write are
 * counted and not listed.
 */
export async function labelSet(
  { db, clock }: RowsDeps,
  domain: RowsRequest['domain'],
  task: RowsTask,
  at?: Date,
): Promise<LabelSet> {
  const newest = newestLabels(domain.id, task, at ?? clock.now());
  const statement = sql`select n.value, count(*) as count from (${newest}) n group by n.value`;
  const counts = new Map<string, number>();
  const total = { labelled: 0, bad: 0 };
  for await (const page of streamRows<{ value: unknown; count: number }>(db, statement, PAGE))
    for (const { value, count } of page) {
      const classes = classesOf(task.kind, value);
      if (!classes) total.bad += count;
      else total.labelled += count;
      for (const each of classes ?? []) counts.set(each, (counts.get(each) ?? 0) + count);
    }
  return { values: sortCounts(counts), ...total };
}

const sortCounts = (counts: ReadonlyMap<string, number>): LabelSet['values'] =>
  [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));

/** The classes of one label; undefined where the kind of task cannot use it. */
function classesOf(kind: RowsTask['kind'], raw: unknown): readonly string[] | undefined {
  if (kind === 'SEQUENCE') return classesOfSequence(raw);
  const read = readLabel(kind, raw, undefined, undefined);
  if ('reason' in read) return undefined;
  if (kind === 'GENERATE') return [];
  if (typeof read.value === 'string') return [read.value];
  return Array.isArray(read.value) ? read.value : [];
}

/** Without the text that it is about: whether its places are right is seen when rows are drawn. */
function classesOfSequence(raw: unknown): readonly string[] | undefined {
  if (!Array.isArray(raw)) return undefined;
  const labels = raw.map((item: unknown) =>
    typeof item === 'string'
      ? item.replace(/^(?:[BI]-|O$)/, '')
      : (item as { label?: unknown } | null)?.label,
  );
  if (labels.some((label) => typeof label !== 'string')) return undefined;
  return [...new Set(labels as string[])].filter((label) => label !== '').sort();
}
