import sql from 'sql-template-tag';
import { type Actor, type Role, requireDomain, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { CameoError } from '../../errors.ts';
import { audit } from './audit.ts';
import { hashKey, KEYS_CHANNEL, type KeyRecord, keyColumns, makeKey } from './key.ts';

export interface NewKey {
  /** For people: who or what uses it. 1 to 100 characters. */
  readonly name: string;
  readonly role: Role;
  /** Empty or absent: every domain. */
  readonly domains?: readonly string[];
}

/**
 * Makes a key. This is the only time that it can be seen.
 * @throws CameoError FORBIDDEN below admin, or for domains that the actor's own key lacks; BAD_INPUT.
 */
export async function createKey(
  deps: Deps,
  actor: Actor,
  { name, role, domains = [] }: NewKey,
): Promise<{ key: string; record: KeyRecord }> {
  requireMastery(actor, domains);
  if (name.trim() === '' || name.length > 100)
    throw new CameoError('BAD_INPUT', 'The name must have 1 to 100 characters.', ['name']);
  const { key, prefix } = makeKey();
  const record = await deps.db.transaction(async (tx) => {
    const [made] = await tx.query<KeyRecord>(sql`
      insert into api_key (name, prefix, hash, role, domains)
      values (${name}, ${prefix}, ${hashKey(key)}, ${role.toUpperCase()}::"ApiRole", ${domains})
      returning ${keyColumns}`);
    if (!made) throw new Error('The new key was not stored.');
    const subject = { id: made.id, role, domains };
    await audit(tx, { at: deps.clock.now(), actor, action: 'keyCreate', subject, outcome: 'ok' });
    return made;
  });
  return { key, record };
}

/** Every key that the actor may manage, revoked ones too, newest first. */
export async function listKeys(deps: Deps, actor: Actor): Promise<KeyRecord[]> {
  requireRole(actor, 'admin');
  const keys = await deps.db.query<KeyRecord>(
    sql`select ${keyColumns} from api_key order by id desc`,
  );
  return keys.filter(({ domains }) => masters(actor, domains));
}

/**
 * Ends a key: from now on it is refused by every process, within a second or two even there where
 * the notification is lost.
 * @throws CameoError FORBIDDEN; NOT_FOUND when no key with this id is in force.
 */
export async function revokeKey(deps: Deps, actor: Actor, id: number): Promise<KeyRecord> {
  const target = (await listKeys(deps, actor)).find((key) => key.id === id && !key.revokedAt);
  if (!target) throw new CameoError('NOT_FOUND', `No key in force has the id ${id}.`, ['id']);
  return deps.db.transaction(async (tx) => {
    const now = deps.clock.now();
    const [revoked = target] = await tx.query<KeyRecord>(sql`
      update api_key set revoked_at = ${now} where id = ${id} and revoked_at is null
      returning ${keyColumns}`);
    await tx.query(sql`select pg_notify(${KEYS_CHANNEL}, ${String(id)})`);
    await audit(tx, { at: now, actor, action: 'keyRevoke', subject: { id }, outcome: 'ok' });
    return revoked;
  });
}

const masters = (actor: Actor, domains: readonly string[]) =>
  actor.domains === 'all' ||
  (domains.length > 0 && domains.every((domain) => actor.domains.includes(domain)));

/** Nobody gives out rights that they lack. */
function requireMastery(actor: Actor, domains: readonly string[]): void {
  requireRole(actor, 'admin');
  for (const domain of domains) requireDomain(actor, domain);
  if (masters(actor, domains)) return;
  throw new CameoError(
    'FORBIDDEN',
    'Your key is for some domains only: name those that the new key is for.',
    ['domains'],
  );
}
