import type { T5Manifest } from './manifest.ts';
import type { TextTaskOptions } from './text-task.ts';

/** Whether a version answers a task by its very name and with its very labels. */
export function sameAnswers(
  { task, several }: Pick<T5Manifest, 'task' | 'several'>,
  options: Pick<TextTaskOptions, 'name' | 'labels' | 'several'>,
): boolean {
  const known = new Set(task.labels);
  return (
    task.name === options.name &&
    several === options.several &&
    known.size === options.labels.length &&
    options.labels.every((label) => known.has(label))
  );
}
