import type { TrainingRow } from '../../../src/ml/run/spec.ts';
import { NO_TIME } from '../../data/divide.ts';
import { folded } from '../divide.ts';

/** A labelled text; the same text twice is one group. */
export function textRow(id: string, text: string, label: string): TrainingRow {
  return { id, group: folded(text), at: NO_TIME, text, label };
}

/** Rows of one task as the rows of a pair with that task alone. */
export function oneTask<T extends Record<string, readonly TrainingRow[]>>(
  sides: T,
): { [K in keyof T]: [T[K]] } {
  const entries = Object.entries(sides).map(([side, rows]) => [side, [rows]]);
  return Object.fromEntries(entries) as { [K in keyof T]: [T[K]] };
}

export const textsOf = (rows: readonly TrainingRow[]) => rows.map(({ text = '' }) => text);
