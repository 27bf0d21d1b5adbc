import sql, { type Sql } from 'sql-template-tag';
import type { Deps } from '../../context.ts';
import type { Notifications } from '../../notifications.ts';
import type { FeatureCatalog } from '../segments/catalog.ts';
import { VERSION_TASKS } from './predict/serving.ts';
import { PROMOTED_CHANNEL } from './promote.ts';

/** What segment rules may ask of predictions. */
export interface PredictionCatalog extends FeatureCatalog {
  /** Reads anew which tasks there are; promotions in other processes do it too. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The tasks for which some model has an active version. `task` is the predicted value,
 * `task:probability` how sure the model is of it and, where a task has two classes, `task:class` the
 * probability of that class. Only what is predicted now is kept: of an earlier instant nothing is
 * known but what has not changed since.
 */
export async function openPredictionCatalog(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  notifications: Notifications,
): Promise<PredictionCatalog> {
  let names: Names = new Map();
  const reload = async () => {
    const rows = await db.query<{ task: string; classes: string[] }>(sql`
      select t.task, case when t.task = m.labels then v.spec->'task'->'labels' else '[]' end as classes
      from model m join model_version v on v.id = m.active_version_id
        cross join lateral unnest(${VERSION_TASKS}) as t(task)
      where m.labels is not null`);
    names = new Map(rows.flatMap(namesOf));
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
    lookup: (name, at) => {
      const reading = names.get(name);
      return reading && { valueSql: valueSql(reading, at) };
    },
    reload,
    close: async () => {
      await changes.return?.();
      await ended;
    },
  };
}

/** What a name in a rule asks for. */
type Reading =
  | { readonly task: string; readonly of: 'value' }
  | { readonly task: string; readonly of: 'probability' }
  | { readonly task: string; readonly of: 'class'; readonly label: string };
type Names = ReadonlyMap<string, Reading>;

function namesOf({ task, classes }: { task: string; classes: string[] }): [string, Reading][] {
  const pair = classes.length === 2 ? classes : [];
  return [
    ...pair.map((label): [string, Reading] => [`${task}:${label}`, { task, of: 'class', label }]),
    [`${task}:probability`, { task, of: 'probability' }],
    [task, { task, of: 'value' }],
  ];
}

function valueSql(reading: Reading, at: Date): Sql {
  const known = sql`p.task = ${reading.task} and p.at <= ${at}::timestamptz and p.value is not null`;
  if (reading.of === 'value')
    return sql`select p.customer_id, p.value from prediction p where ${known}`;
  if (reading.of === 'probability')
    return sql`select p.customer_id, to_jsonb(p.probability) as value from prediction p where ${known}`;
  const label = JSON.stringify(reading.label);
  return sql`
    select p.customer_id,
      to_jsonb(case when p.value = ${label}::jsonb then p.probability else 1 - p.probability end) as value
    from prediction p join model_version v on v.id = p.version_id
    where ${known} and jsonb_array_length(v.spec->'task'->'labels') = 2
      and v.spec->'task'->'labels' @> ${label}::jsonb`;
}
