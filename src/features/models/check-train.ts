import type { Actor } from '../../auth.ts';
import { CameoError } from '../../errors.ts';
import { checkString } from '../identity/check-text.ts';
import { type DomainRow, requireKnownDomain } from '../identity/domain.ts';
import { requireLabelled } from './check-labels.ts';
import { checkRequest } from './check-request.ts';
import type { ModelDeps } from './deps.ts';
import type { ModelTrainInput } from './input.ts';
import { needsLabels, type TaskKind } from './kinds.ts';
import type { TrainingRequest } from './request.ts';

/** A request that can be queued. */
export interface CheckedTraining {
  readonly name: string;
  readonly domain: DomainRow;
  readonly kind: TaskKind;
  readonly labels: string | null;
  readonly request: TrainingRequest;
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const MOST_TASK = 100;

/**
 * Everything about a request that can be told without its rows.
 * @throws CameoError with the place in the input, whatever is wrong with it.
 */
export async function checkTraining(
  deps: ModelDeps,
  actor: Actor,
  input: ModelTrainInput,
): Promise<CheckedTraining> {
  if (!NAME.test(input.name))
    throw new CameoError(
      'BAD_INPUT',
      'A model is named by 1..63 characters of a-z, 0-9, _ and -, the first a letter or digit.',
      ['name'],
    );
  const { kind } = input.task;
  const labels = labelsOf(input.task);
  const domain = await requireKnownDomain(deps.db, actor, input.domain);
  if (labels !== null) await requireLabelled(deps.db, domain, labels, ['task', 'labels']);
  const request = await checkRequest(deps, actor, input, domain, labels);
  return { name: input.name, domain, kind, labels, request };
}

function labelsOf({ kind, labels }: ModelTrainInput['task']): string | null {
  const field = ['task', 'labels'];
  if (needsLabels(kind)) {
    if (labels == null)
      throw new CameoError(
        'BAD_INPUT',
        `${kind} learns from labels: name the task that they were imported for.`,
        field,
      );
    return checkString(labels, 'labels', MOST_TASK, field);
  }
  if (labels == null) return null;
  throw new CameoError('BAD_INPUT', `${kind} learns without labels: leave them out.`, field);
}
