import { type Actor, requireRole } from '../../auth.ts';
import { CameoError } from '../../errors.ts';
import type { JobRun } from '../jobs/run.ts';
import type { ModelDeps } from './deps.ts';
import { requireModel } from './model.ts';

/**
 * Queues a refresh of what a model, or every active one, predicts.
 * @throws CameoError FORBIDDEN without the role writer; NOT_FOUND; CONFLICT when it has no active version.
 */
export async function predictionsRefresh(
  { db, modelQueue }: Pick<ModelDeps, 'db' | 'modelQueue'>,
  actor: Actor,
  name: string | null | undefined,
): Promise<JobRun> {
  requireRole(actor, 'writer');
  const model = name == null ? undefined : await requireModel(db, actor, name, ['model']);
  if (model && model.activeVersionId === null)
    throw new CameoError('CONFLICT', `"${model.name}" has no active version to ask.`, ['model']);
  return db.transaction((tx) => modelQueue.refreshPredictions(tx, model?.name));
}
