import sql from 'sql-template-tag';
import { CameoError } from '../../errors.ts';
import {
  type Change,
  diffViews,
  hashOf,
  type ViewDefinition,
  viewDefinition,
} from './definition-row.ts';
import type { FeatureSpec } from './feature-spec.ts';
import type { Executor } from './postgres.ts';
import { addFeature, createHistory } from './tables.ts';
import type { FeatureView } from './view.ts';

interface Stored {
  readonly id: number;
  readonly definition: ViewDefinition;
  readonly columns: FeatureSpec[];
}

/** Creates or extends one version of a view. */
export async function applyView(tx: Executor, view: FeatureView): Promise<Change[]> {
  const stored = await readVersion(tx, view);
  if (!stored) return [await createVersion(tx, view)];
  const differences = diffViews(stored.definition, viewDefinition(view));
  if (differences.length === 0) return [];
  const breaking = differences.filter((difference) => difference.breaking);
  if (breaking.length > 0) throw refusal(view, breaking);
  await extend(tx, view, stored);
  return [
    change(
      view,
      differences.map((difference) => difference.what),
    ),
  ];
}

const change = ({ name, version }: FeatureView, diff: string[]): Change => ({
  kind: 'view',
  name,
  version,
  diff,
});

async function readVersion(tx: Executor, view: FeatureView): Promise<Stored | undefined> {
  const [row] = await tx.query<Stored>(sql`
    select v.id, v.definition, v.columns
    from feature_view_version v join feature_view f on f.id = v.view_id
    where f.name = ${view.name} and v.version = ${view.version}`);
  return row;
}

async function createVersion(tx: Executor, view: FeatureView): Promise<Change> {
  const definition = JSON.stringify(viewDefinition(view));
  const hash = hashOf(viewDefinition(view));
  const [before] = await tx.query<{ definition: ViewDefinition }>(
    sql`select definition from feature_view where name = ${view.name}`,
  );
  // A server of an older release must not make its version the newest again.
  await tx.query(sql`
    with saved as (
      insert into feature_view as f (name, version, definition, hash)
      values (${view.name}, ${view.version}, ${definition}, ${hash})
      on conflict (name) do update set
        version = greatest(f.version, excluded.version),
        definition = case when excluded.version > f.version then excluded.definition else f.definition end,
        hash = case when excluded.version > f.version then excluded.hash else f.hash end,
        updated_at = now()
      returning id)
    insert into feature_view_version (view_id, version, definition, columns)
    select id, ${view.version}, ${definition}, ${JSON.stringify(view.features)} from saved`);
  if (view.source.kind === 'pushed') {
    for (const statement of createHistory(view)) await tx.query(statement);
  }
  const empty = { ...viewDefinition(view), features: [] };
  const differences = diffViews(before?.definition ?? empty, viewDefinition(view));
  return change(
    view,
    differences.map((difference) => difference.what),
  );
}

async function extend(tx: Executor, view: FeatureView, stored: Stored): Promise<void> {
  const known = new Set(stored.columns.map((column) => column.name));
  const added = view.features.filter((feature) => !known.has(feature.name));
  const definition = JSON.stringify(viewDefinition(view));
  const columns = JSON.stringify([...stored.columns, ...added]);
  await tx.query(sql`
    with newer as (
      update feature_view_version set definition = ${definition}, columns = ${columns}
      where id = ${stored.id} returning view_id, version)
    update feature_view f
    set definition = ${definition}, hash = ${hashOf(viewDefinition(view))}, updated_at = now()
    from newer where f.id = newer.view_id and f.version = newer.version`);
  if (added.length === 0) return;
  if (view.source.kind === 'pushed') {
    for (const feature of added) await tx.query(addFeature(view, feature));
    return;
  }
  // Rows computed before lack the new values: as of now they are out of date.
  await tx.query(sql`
    update feature_store.online_row set next_change_at = '-infinity' where view_id = ${stored.id}`);
  await tx.query(sql`
    delete from feature_vector where service_version_id in (
      select v.id from feature_service_version v, jsonb_array_elements(v.definition->'selections') s
      where s->>'view' = ${view.name})`);
}

function refusal(view: FeatureView, breaking: readonly { what: string }[]): CameoError {
  return new CameoError(
    'CONFLICT',
    `view "${view.name}" version ${view.version} is applied and differs:\n${breaking
      .map(({ what }) => `  ${what}`)
      .join('\n')}\nSet version: ${view.version + 1} to start a new one; the old rows stay.`,
  );
}
