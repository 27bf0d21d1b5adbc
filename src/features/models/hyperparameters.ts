import { MlError } from '../../ml/errors.ts';
import { hyperparameterSchema, parseHyperparameters } from '../../ml/run/hyperparameters.ts';
import type { HyperparameterFault } from './deps.ts';

/** What is wrong with hyper-parameters as callers give them; the values stay as they are. */
export function checkHyperparameters(
  values: Readonly<Record<string, unknown>>,
): readonly HyperparameterFault[] {
  if ('tasks' in values)
    return [
      { path: ['tasks'], message: 'Further heads cannot be asked for here: leave them out.' },
    ];
  try {
    parseHyperparameters(values);
    return [];
  } catch (error) {
    if (!(error instanceof MlError)) throw error;
    return [{ path: placeOf(values), message: error.message }];
  }
}

/** Where the first fault is, as far as it is in one place. */
function placeOf(values: Readonly<Record<string, unknown>>): string[] {
  const [issue] = hyperparameterSchema.safeParse(values).error?.issues ?? [];
  if (!issue) return [];
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return [...issue.path, ...unknown].map(String);
}
