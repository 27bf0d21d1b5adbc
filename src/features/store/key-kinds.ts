import sql from 'sql-template-tag';
import type { Entity, KeyKind } from './entity.ts';
import { type Executor, executorOn, type StoreDb } from './postgres.ts';
import { readKeyKinds, type State } from './state.ts';

/**
 * Whether an entity's keys are whole numbers or texts. Where its definition does not say, the first
 * push decides, for all servers and for good: numbers make ints, anything else texts.
 * @param rows the keys of that push
 */
export async function decideKinds(
  tx: Executor,
  state: State,
  entity: Entity,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly KeyKind[]> {
  const known = state.keyKinds.get(entity.name);
  if (known) return known;
  const guess = entity.keys.map(
    (key): KeyKind =>
      rows.every((row) => typeof row[key] === 'bigint' || Number.isInteger(row[key]))
        ? (entity.types[key] ?? 'int')
        : (entity.types[key] ?? 'text'),
  );
  const [stored] = await tx.query<{ key_kinds: KeyKind[] }>(sql`
    update feature_entity set key_kinds = coalesce(key_kinds, ${JSON.stringify(guess)}::jsonb)
    where name = ${entity.name} returning key_kinds`);
  return stored?.key_kinds ?? guess;
}

/** The kinds as far as they are decided; another server may have decided since we last looked. */
export async function knownKinds(
  db: StoreDb,
  state: State,
  entity: Entity,
): Promise<readonly KeyKind[] | undefined> {
  const known = state.keyKinds.get(entity.name);
  if (known || entity.keys.length === 0) return known;
  for (const [name, kinds] of await readKeyKinds(executorOn(db.pool))) {
    state.keyKinds.set(name, kinds);
  }
  return state.keyKinds.get(entity.name);
}
