import { type KnownPii, mask } from '../../ml/text/mask.ts';
import type { ReadLabel } from './label-value.ts';
import type { RowsRequest } from './request.ts';

/**
 * A label as a text-to-text model is to write it; labels of other kinds of task stay as they are.
 * Free text is masked like any other text; a label of a set says what it says of many, and only
 * what is personal by itself is masked in it.
 */
export function answerIn(
  { task, labels }: Pick<RowsRequest, 'task' | 'labels'>,
  read: ReadLabel,
  known: KnownPii,
): ReadLabel {
  if (task.kind !== 'GENERATE' || 'reason' in read) return read;
  const { several = false } = task;
  if (typeof read.value !== 'string' && !several) return { reason: 'WRONG_TYPE' };
  const items = typeof read.value === 'string' ? [read.value] : (read.value as readonly string[]);
  const told = items.map((item) => (labels ? maskLabel(item) : mask(item, known)));
  if (labels && told.some((item) => !labels.includes(item))) return { reason: 'NOT_IN_SET' };
  return { value: several ? [...new Set(told)].sort() : (told[0] as string) };
}

/** A label of a set, whoever has it. */
export const maskLabel = (label: string): string => mask(label);
