import sql from 'sql-template-tag';
import { type Actor, requireDomain } from '../../auth.ts';
import type { Db } from '../../db.ts';
import { CameoError } from '../../errors.ts';

const KEY = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export interface DomainRow {
  readonly id: number;
  readonly key: string;
}

/**
 * The domain that a write goes to, made on first use. Left out: the only one of the caller's key,
 * else the only one there is, else `default`.
 *
 * @throws CameoError BAD_INPUT for a malformed or ambiguous one, FORBIDDEN when the key is not for it.
 */
export async function writableDomain(
  db: Db,
  actor: Actor,
  asked: string | null | undefined,
): Promise<DomainRow> {
  const key = asked ?? (await impliedDomain(db, actor));
  requireDomain(actor, key);
  return (await findDomain(db, key)) ?? (await createDomain(db, key));
}

async function impliedDomain(db: Db, actor: Actor): Promise<string> {
  if (actor.domains !== 'all') {
    const [only, second] = actor.domains;
    if (only !== undefined && second === undefined) return only;
    throw new CameoError('BAD_INPUT', 'Name the domain: your key is for several.', ['domain']);
  }
  const [only, second] = await db.query<{ key: string }>(sql`SELECT key FROM domain LIMIT 2`);
  return only && !second ? only.key : 'default';
}

async function findDomain(db: Db, key: string): Promise<DomainRow | undefined> {
  const rows = await db.prepared<DomainRow>(
    'domain-by-key',
    sql`SELECT id, key FROM domain WHERE key = ${key}`,
  );
  return rows[0];
}

async function createDomain(db: Db, key: string): Promise<DomainRow> {
  if (!KEY.test(key)) {
    throw new CameoError(
      'BAD_INPUT',
      'A domain is named by 1..63 characters of a-z, 0-9, _ and -, the first a letter or digit.',
      ['domain'],
    );
  }
  const rows = await db.query<DomainRow>(sql`
    INSERT INTO domain (key) VALUES (${key})
    ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id, key`);
  const [created] = rows;
  if (!created) throw new Error(`The domain ${key} could not be made`);
  return created;
}

/** The domain in which a key of a customer is looked up; nothing is made. As `writableDomain`. */
export async function readDomainKey(
  db: Db,
  actor: Actor,
  asked: string | null | undefined,
): Promise<string> {
  const key = asked ?? (await impliedDomain(db, actor));
  requireDomain(actor, key);
  return key;
}

/** The domain that something is made in or counted in, which must be there. As `readDomainKey`; else NOT_FOUND. */
export async function requireKnownDomain(
  db: Db,
  actor: Actor,
  asked: string | null | undefined,
): Promise<DomainRow> {
  const key = await readDomainKey(db, actor, asked);
  const domain = await findDomain(db, key);
  if (domain) return domain;
  throw new CameoError('NOT_FOUND', `There is no domain "${key}".`, ['domain']);
}
