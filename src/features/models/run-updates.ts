import type { Actor } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { createMailbox, GAP, type Mailbox } from '../../mailbox.ts';
import type { Notifications } from '../../notifications.ts';
import { JOBS_CHANNEL } from '../jobs/run.ts';
import { stoppable } from '../stoppable.ts';
import { RUNS_CHANNEL, requireRun, type TrainingRunRow } from './run.ts';

/** Changes that may wait for a slow reader before it is told to read anew. */
const MOST_WAITING = 256;

/**
 * The run as it is now, then at each change, until it has ended. Changes that follow each other
 * quickly may come as one.
 * @throws CameoError NOT_FOUND, from the first item, when there is none that the actor may see.
 */
export function runUpdates(
  deps: Deps,
  notifications: Notifications,
  actor: Actor,
  id: string,
): AsyncIterableIterator<TrainingRunRow> {
  // A worker that dies tells of its job alone.
  const changes = together(
    [RUNS_CHANNEL, JOBS_CHANNEL].map((name) => notifications.subscribe(name)),
  );
  return stoppable(follow(deps, actor, id, changes), changes);
}

function together(sources: readonly AsyncIterableIterator<string>[]): Mailbox {
  const box = createMailbox(MOST_WAITING, () => {
    for (const source of sources) void source.return?.();
  });
  const pump = async (source: AsyncIterableIterator<string>) => {
    for await (const item of source) box.put(item);
    await box.return();
  };
  for (const source of sources) void pump(source);
  return box;
}

async function* follow(
  { db }: Deps,
  actor: Actor,
  id: string,
  changes: AsyncIterableIterator<string>,
): AsyncGenerator<TrainingRunRow, undefined> {
  let last = '';
  let job: string | null = null;
  for await (const changed of changes) {
    if (changed !== GAP && changed !== id && changed !== job) continue;
    const run = await requireRun(db, actor, id);
    job = run.jobRunId;
    const seen = JSON.stringify(run);
    if (seen !== last) yield run;
    last = seen;
    if (run.finishedAt !== null) return;
  }
}
