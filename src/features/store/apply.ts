import sql from 'sql-template-tag';
import { CameoError } from '../../errors.ts';
import { applyService } from './apply-service.ts';
import { applyView } from './apply-view.ts';
import { type Change, canonical } from './definition-row.ts';
import type { Entity } from './entity.ts';
import { type Executor, type StoreDb, transaction } from './postgres.ts';
import type { Registry } from './registry.ts';

/** Servers that apply at once do so one after the other. */
const APPLY_LOCK = 7_203_001;

/**
 * Brings the definition rows and the tables of rows in line with the definitions, all in one
 * transaction. What other servers have applied and this one does not know stays.
 * @throws CameoError CONFLICT when a change would break rows stored under the same version.
 */
export function applyDefinitions(db: StoreDb, registry: Registry, at: Date): Promise<Change[]> {
  return transaction(db, async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(${APPLY_LOCK})`);
    for (const entity of registry.entities.values()) await applyEntity(tx, entity);
    const changes: Change[] = [];
    for (const view of registry.views.values()) changes.push(...(await applyView(tx, view)));
    for (const service of registry.services.values()) {
      changes.push(...(await applyService(tx, service)));
    }
    for (const change of changes) {
      await tx.query(sql`
        insert into feature_change (kind, name, version, diff, at)
        values (${change.kind}, ${change.name}, ${change.version}, ${JSON.stringify(change.diff)}, ${at})`);
    }
    return changes;
  });
}

async function applyEntity(tx: Executor, entity: Entity): Promise<void> {
  const declared =
    entity.keys.length > 0 && entity.keys.every((key) => entity.types[key])
      ? JSON.stringify(entity.keys.map((key) => entity.types[key]))
      : null;
  const [stored] = await tx.query<{ keys: string[]; key_kinds: string[] | null }>(sql`
    insert into feature_entity (name, keys, key_kinds)
    values (${entity.name}, ${JSON.stringify(entity.keys)}, ${declared})
    on conflict (name) do update set key_kinds = coalesce(excluded.key_kinds, feature_entity.key_kinds)
    returning keys, key_kinds`);
  if (canonical(stored?.keys) === canonical(entity.keys)) return;
  throw new CameoError(
    'CONFLICT',
    `entity "${entity.name}" has the keys ${stored?.keys.join(', ')}; you define ${entity.keys.join(', ')}. Give the new entity another name.`,
  );
}

/** The lines a person reads after `apply`. */
export function describeChanges(changes: readonly Change[]): string[] {
  if (changes.length === 0) return ['Feature definitions: no changes.'];
  return changes.flatMap(({ kind, name, version, diff }) => [
    `Feature ${kind} ${name}, version ${version}:`,
    ...diff.map((line) => `  ${line}`),
  ]);
}
