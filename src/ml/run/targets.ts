import { MlError } from '../errors.ts';
import { splitWords } from '../text/words.ts';
import type { TrainingRow, TrainingSpec } from './spec.ts';

type Kind = Pick<TrainingSpec['task'], 'kind' | 'labels'>;

/**
 * The truth of each row as its task wants it, undefined where the row has no label.
 * CLASSIFY: the number of the class; MULTI_LABEL: the numbers of the labels; REGRESS: the value;
 * SEQUENCE: the number of each unit's tag; EMBED: a number for each label, another for each row
 * without one.
 * @throws MlError that names the row whose label is not of the task
 */
export function truthsOf(task: Kind, rows: readonly TrainingRow[]): unknown[] {
  const numbers = new Map(task.labels.map((label, number) => [label, number]));
  const numberOf = (label: unknown, row: TrainingRow): number => {
    const number = typeof label === 'string' ? numbers.get(label) : undefined;
    if (number !== undefined) return number;
    throw bad(row, `has the label ${JSON.stringify(label)}, which is not one of ${task.labels}`);
  };
  if (task.kind === 'EMBED') return topicsOf(rows);
  return rows.map((row) => {
    if (row.label === null) return undefined;
    if (task.kind === 'CLASSIFY') return numberOf(row.label, row);
    if (task.kind === 'REGRESS') return numberIn(row);
    const labels = row.label;
    if (!Array.isArray(labels)) throw bad(row, 'needs a list of labels');
    if (task.kind === 'SEQUENCE') checkUnits(row, labels);
    return labels.map((label) => numberOf(label, row));
  });
}

function numberIn(row: TrainingRow): number {
  if (typeof row.label === 'number' && Number.isFinite(row.label)) return row.label;
  throw bad(row, `needs a finite number, not ${JSON.stringify(row.label)}`);
}

function checkUnits(row: TrainingRow, tags: readonly string[]): void {
  const units = splitWords(row.text ?? '').length;
  if (units !== tags.length)
    throw bad(
      row,
      `has ${tags.length} tags for ${units} words (each Han character and each sign counts as one)`,
    );
}

function topicsOf(rows: readonly TrainingRow[]): number[] {
  const topics = new Map<string, number>();
  return rows.map(({ label }, row) => {
    if (label === null) return -1 - row;
    const name = JSON.stringify(label);
    const topic = topics.get(name) ?? topics.size;
    topics.set(name, topic);
    return topic;
  });
}

function bad({ id }: TrainingRow, what: string): MlError {
  return new MlError('BAD_INPUT', `Row ${id} ${what}.`);
}
