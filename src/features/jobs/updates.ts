import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { CameoError } from '../../errors.ts';
import type { Notifications } from '../../notifications.ts';
import { stoppable } from '../stoppable.ts';
import { jobById } from './read.ts';
import { isFinished, JOBS_CHANNEL, type JobRun } from './run.ts';

/**
 * The run as it is now, then at each change, until it is DONE or FAILED. Changes that follow each
 * other quickly may come as one.
 * @throws CameoError FORBIDDEN; NOT_FOUND (from the first item) when there is no such run.
 */
export function jobUpdates(
  deps: Deps,
  notifications: Notifications,
  actor: Actor,
  id: string,
): AsyncIterableIterator<JobRun> {
  requireRole(actor, 'reader');
  const changes = notifications.subscribe(JOBS_CHANNEL);
  return stoppable(follow(deps, actor, id, changes), changes);
}

async function* follow(
  deps: Deps,
  actor: Actor,
  id: string,
  changes: AsyncIterableIterator<string>,
): AsyncGenerator<JobRun, undefined> {
  let last = '';
  for await (const changed of changes) {
    // The empty payload comes first, and whenever a change may have been missed.
    if (changed !== '' && changed !== id) continue;
    const run = await jobById(deps, actor, id);
    if (!run) throw new CameoError('NOT_FOUND', `There is no job with the id ${id}.`, ['id']);
    const seen = JSON.stringify(run);
    if (seen !== last) yield run;
    last = seen;
    if (isFinished(run)) return;
  }
}
