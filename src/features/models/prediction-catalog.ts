import sql from 'sql-template-tag';
import type { Deps } from '../../context.ts';
import type { Notifications } from '../../notifications.ts';
import type { FeatureCatalog } from '../segments/catalog.ts';
import { PROMOTED_CHANNEL } from './promote.ts';

/** What segment rules may ask of predictions. */
export interface PredictionCatalog extends FeatureCatalog {
  /** Reads anew which tasks there are; promotions in other processes do it too. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The tasks for which some model has an active version. `task` is the predicted value, and
 * `task:probability` how sure the model is of it. Only what is predicted now is kept: of an earlier
 * instant nothing is known but what has not changed since.
 */
export async function openPredictionCatalog(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  notifications: Notifications,
): Promise<PredictionCatalog> {
  let tasks: ReadonlySet<string> = new Set();
  const reload = async () => {
    const rows = await db.query<{ task: string }>(sql`
      select distinct labels as task from model
      where active_version_id is not null and labels is not null`);
    tasks = new Set(rows.map(({ task }) => task));
  };
  const changes = notifications.subscribe(PROMOTED_CHANNEL);
  const follow = async () => {
    for await (const _ of changes)
      await reload().catch((error: Error) =>
        log.debug({ err: error }, 'could not read the tasks of models, the next change will'),
      );
  };
  await reload();
  const ended = follow();
  return {
    lookup: (name, at) => lookup(tasks, name, at),
    reload,
    close: async () => {
      await changes.return?.();
      await ended;
    },
  };
}

const PROBABILITY = ':probability';

function lookup(tasks: ReadonlySet<string>, name: string, at: Date) {
  const known = sql`from prediction p where p.at <= ${at}::timestamptz and p.task`;
  if (tasks.has(name)) return { valueSql: sql`select p.customer_id, p.value ${known} = ${name}` };
  const task = name.slice(0, -PROBABILITY.length);
  if (!name.endsWith(PROBABILITY) || !tasks.has(task)) return undefined;
  return {
    valueSql: sql`select p.customer_id, to_jsonb(p.probability) as value ${known} = ${task}`,
  };
}
