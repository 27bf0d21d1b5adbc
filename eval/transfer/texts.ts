import type { TrainingRow } from '../../src/ml/run/spec.ts';
import type { TokenPair } from '../../src/ml/t5/data/corrupt.ts';
import type { T5Base } from '../../src/ml/t5/run/base.ts';
import { createTextTask, type TextTask } from '../../src/ml/t5/run/text-task.ts';
import { type LabelInputs, labelInputs } from './label-scores.ts';
import type { TaskRows, TransferPair } from './pair.ts';

/** A pair's tasks in a base's tokens, for texts of one of its domains. */
export interface Asked {
  readonly tasks: readonly TextTask[];
  /** What scores each task's labels; all have room for as many tokens, so that one graph does. */
  readonly labels: readonly LabelInputs[];
}

const MOST_TOKENS = 16;
const PLACES_STEP = 4;

export function askedOf(base: T5Base, pair: TransferPair, domain: 'source' | 'target'): Asked {
  const options = { several: false, language: pair.language, maxTokens: MOST_TOKENS };
  const maxLength = pair.lengths[domain];
  const tasks = pair.tasks.map((own) =>
    createTextTask(base.tokenizer, { ...own, ...options, maxLength }),
  );
  const spelt = tasks.map((task, t) =>
    (pair.tasks[t]?.labels ?? []).map((label) => task.target(labelled(label)) ?? []),
  );
  const longest = Math.max(...spelt.map((own) => own.flat().length));
  const places = Math.ceil(longest / PLACES_STEP) * PLACES_STEP;
  return { tasks, labels: spelt.map((own) => labelInputs(own, places, base.config)) };
}

function labelled(label: string): TrainingRow {
  return { id: label, group: label, at: '', label };
}

/** What a model learns from rows, by task. */
export function pairsOf({ tasks }: Asked, rows: TaskRows): TokenPair[][] {
  return tasks.map((task, t) =>
    (rows[t] ?? []).flatMap((row) => {
      const target = task.target(row);
      return target ? [{ source: task.source(row.text ?? ''), target }] : [];
    }),
  );
}

/** What a model is asked about rows, by task. */
export function sourcesOf({ tasks }: Asked, rows: TaskRows): number[][][] {
  return tasks.map((task, t) => (rows[t] ?? []).map(({ text = '' }) => task.source(text)));
}
