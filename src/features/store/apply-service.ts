import sql from 'sql-template-tag';
import {
  type Change,
  canonical,
  hashOf,
  type ServiceDefinition,
  serviceDefinition,
} from './definition-row.ts';
import type { Executor } from './postgres.ts';
import { type FeatureService, viewsOf } from './service.ts';

/** Saves a service; another list of features is its next version. */
export async function applyService(tx: Executor, service: FeatureService): Promise<Change[]> {
  const viewIds = await readViewIds(tx, service);
  const definition = serviceDefinition(service);
  const hash = hashOf(definition);
  const [stored] = await tx.query<{
    version: number;
    hash: string;
    definition: ServiceDefinition;
  }>(sql`select version, hash, definition from feature_service where name = ${service.name}`);
  if (stored?.hash === hash) return [];
  const version = (stored?.version ?? 0) + 1;
  const row = JSON.stringify(definition);
  await tx.query(sql`
    with saved as (
      insert into feature_service (name, version, definition, hash)
      values (${service.name}, ${version}, ${row}, ${hash})
      on conflict (name) do update set version = excluded.version,
        definition = excluded.definition, hash = excluded.hash, updated_at = now()
      returning id)
    insert into feature_service_version (service_id, version, definition, view_ids)
    select saved.id, ${version}, ${row}, ${viewIds}::int[] from saved`);
  return [
    { kind: 'service', name: service.name, version, diff: diff(stored?.definition, definition) },
  ];
}

function diff(before: ServiceDefinition | undefined, after: ServiceDefinition): string[] {
  const was = new Set(before ? names(before) : []);
  const now = new Set(names(after));
  const lines = [
    ...[...was].filter((name) => !now.has(name)).map((name) => `- ${name}`),
    ...[...now].filter((name) => !was.has(name)).map((name) => `+ ${name}`),
  ];
  return lines.length > 0 ? lines : [`order: ${canonical([...now])}`];
}

const names = ({ selections, onDemand }: ServiceDefinition): string[] =>
  [...selections, ...onDemand].flatMap(({ view, features }) =>
    features.map((feature) => `${view}:${feature}`),
  );

/** The versions of the views that its vectors hold. */
async function readViewIds(tx: Executor, service: FeatureService): Promise<number[]> {
  const views = viewsOf(service);
  const rows = await tx.query<{ id: number }>(sql`
    select v.id from feature_view_version v join feature_view f on f.id = v.view_id
    join unnest(${views.map((it) => it.name)}::text[], ${views.map((it) => it.version)}::int[])
      as wanted(name, version) on wanted.name = f.name and wanted.version = v.version`);
  return rows.map(({ id }) => id);
}
