import type { TrainingRow } from '../../run/spec.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { TokenPair } from '../data/corrupt.ts';
import { type Language, languageOf } from '../data/prefix.ts';
import type { Sides } from './sides.ts';
import { createTextTask, type TextTask, type TextTaskOptions } from './text-task.ts';

/** A task and its rows, to be learnt and to be measured on. */
export interface TaskRows {
  /** What the task is, whatever the tokenizer. */
  readonly options: TextTaskOptions;
  readonly sides: Sides;
}

/** The rows as pairs of what is read and what is to be answered. */
export function pairsOf(task: TextTask, rows: readonly TrainingRow[]): TokenPair[] {
  return rows.flatMap((row) => {
    const target = task.target(row);
    return target ? [{ source: task.source(row.text ?? ''), target }] : [];
  });
}

/** The rows to learn from, of each task. */
export const lessonOf = (tokenizer: Tokenizer, tasks: readonly TaskRows[]): TokenPair[][] =>
  tasks.map(({ options, sides }) => pairsOf(createTextTask(tokenizer, options), sides.train));

export const hasLists = (rows: readonly TrainingRow[]): boolean =>
  rows.some(({ label }) => Array.isArray(label));

/** That of most texts. */
export function usualLanguage(rows: readonly TrainingRow[]): Language {
  const chinese = rows.filter(({ text = '' }) => languageOf(text) === 'zh').length;
  return chinese > rows.length / 2 ? 'zh' : 'en';
}
