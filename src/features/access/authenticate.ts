import sql from 'sql-template-tag';
import type { Actor } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import { hashKey, type KeyRecord } from './key.ts';

/** A key out of an Authorization header, or the key itself. */
export const readBearer = (bearer: string | undefined): string =>
  (bearer ?? '').replace(/^bearer(\s+|$)/i, '').trim();

/**
 * Who holds this key.
 * @param bearer an Authorization header's value ("Bearer cameo_...") or the key alone
 * @throws CameoError UNAUTHENTICATED when there is none, or it is unknown or revoked.
 */
export async function authenticate(db: Queryable, bearer: string | undefined): Promise<Actor> {
  const key = readBearer(bearer);
  if (key === '') throw refusal('Send a key in the header "Authorization: Bearer KEY".');
  // The time of use is kept to the minute, so that a busy key is not a hot row.
  const [found] = await db.prepared<Pick<KeyRecord, 'id' | 'role' | 'domains'>>(
    'key_by_hash',
    sql`
      with used as (
        update api_key set last_used_at = now()
        where hash = ${hashKey(key)} and revoked_at is null
          and (last_used_at is null or last_used_at < now() - interval '1 minute')
      )
      select id, lower(role::text) as role, domains from api_key
      where hash = ${hashKey(key)} and revoked_at is null`,
  );
  if (!found)
    throw refusal('This key is unknown or revoked; "npm run keys -- list" shows those in force.');
  const { id, role, domains } = found;
  return { id: `key:${id}`, role, domains: domains.length === 0 ? 'all' : domains };
}

const refusal = (message: string) => new CameoError('UNAUTHENTICATED', message);
