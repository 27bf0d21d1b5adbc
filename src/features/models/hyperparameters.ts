import { MlError } from '../../ml/errors.ts';
import { hyperparameterSchema, parseHyperparameters } from '../../ml/run/hyperparameters.ts';
import type { HyperparameterFault } from './deps.ts';
import { parseHeads } from './heads.ts';

/** What is wrong with hyper-parameters as callers give them; the values stay as they are. */
export function checkHyperparameters(
  values: Readonly<Record<string, unknown>>,
): readonly HyperparameterFault[] {
  const { tasks: given, ...rest } = values;
  const heads = parseHeads(given);
  if (!heads.success)
    return heads.error.issues.map(({ path, message }) => {
      const place = ['tasks', ...path.map(String)];
      return { path: place, message: `"${place.join('.')}": ${message}` };
    });
  // Where their rows are is said when they have been drawn.
  const tasks = heads.data.map((head) => ({ ...head, labels: [], rows: 'rows.jsonl' }));
  const own = tasks.length > 0 ? { ...rest, tasks } : rest;
  try {
    parseHyperparameters(own);
    return [];
  } catch (error) {
    if (!(error instanceof MlError)) throw error;
    return [{ path: placeOf(own), message: error.message }];
  }
}

/** Where the first fault is, as far as it is in one place. */
function placeOf(values: Readonly<Record<string, unknown>>): string[] {
  const [issue] = hyperparameterSchema.safeParse(values).error?.issues ?? [];
  if (!issue) return [];
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return [...issue.path, ...unknown].map(String);
}
