import sql from 'sql-template-tag';
import { maskLabel } from './answer.ts';
import { readLabel } from './label-value.ts';
import { isObserved } from './observed.ts';
import type { RowsDeps, RowsRequest } from './request.ts';
import { streamRows } from './stream.ts';
import { newestLabels } from './subjects.ts';

/** What the labels of a task are to a model that writes them; `auto` tells it from the labels. */
export const answerKinds = ['auto', 'label', 'list', 'text'] as const;
export type AnswerKind = (typeof answerKinds)[number];

/** What a text-to-text model may answer. */
export interface AnswerSet {
  /** Sorted; empty where any text is an answer. */
  readonly labels: readonly string[];
  /** An answer is a list of them. */
  readonly several: boolean;
}

/** More different labels than these are texts, */
const MOST_LABELS = 200;
/** and so are labels of which each is there less often, on average. */
const LEAST_EACH = 3;
const PAGE = 5_000;

/**
 * What may be answered for a task, from its labels as of `until`. `auto`: a list where any label is
 * a list; one label of the set where there are at most 200 different ones and three times as many
 * labelled things; else free text, as what customers do next is.
 */
export async function answerSet(
  { db }: Pick<RowsDeps, 'db'>,
  { id }: RowsRequest['domain'],
  task: string,
  until: Date,
  kind: AnswerKind,
): Promise<AnswerSet> {
  if (kind === 'text' || (kind === 'auto' && isObserved(task)))
    return { labels: [], several: false };
  const newest = newestLabels(id, { labels: task }, until);
  const statement = sql`select n.value, count(*) as count from (${newest}) n group by n.value`;
  const seen = { single: new Set<string>(), listed: new Set<string>(), lists: 0, labelled: 0 };
  for await (const page of streamRows<{ value: unknown; count: number }>(db, statement, PAGE))
    for (const { value, count } of page) {
      const read = readLabel('GENERATE', value, undefined, undefined);
      if ('reason' in read) continue;
      seen.labelled += count;
      if (typeof read.value === 'string') seen.single.add(maskLabel(read.value));
      else {
        seen.lists += count;
        for (const item of read.value as readonly string[]) seen.listed.add(maskLabel(item));
      }
    }
  const several = kind === 'list' || (kind === 'auto' && seen.lists > 0);
  if (several) return { labels: [...new Set([...seen.single, ...seen.listed])].sort(), several };
  const { size } = seen.single;
  const free = size > MOST_LABELS || seen.labelled < LEAST_EACH * size;
  return { labels: kind === 'auto' && free ? [] : [...seen.single].sort(), several };
}
