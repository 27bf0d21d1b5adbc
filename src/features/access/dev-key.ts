import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import type { Deps } from '../../context.ts';
import { DEVELOPMENT, hashKey, KEYS_CHANNEL, makeKey } from './key.ts';

export interface DevKeyOptions {
  /** Cameo's home folder; the key is kept in its file `dev-key`, which only its owner can read. */
  readonly home: string;
  /** CAMEO_DEV_KEY; absent: the key in the file, or a new one. */
  readonly value?: string | undefined;
}

/**
 * The one development key: admin, all domains. A key that was it before is revoked.
 * For the embedded default on loopback only, never in production.
 */
export async function ensureDevKey(deps: Deps, { home, value }: DevKeyOptions): Promise<string> {
  const key = value ?? (await keptKey(home));
  const hash = hashKey(key);
  await deps.db.transaction(async (tx) => {
    await tx.query(sql`
      insert into api_key (name, prefix, hash, role, domains)
      values ('Development key', ${DEVELOPMENT}, ${hash}, 'ADMIN', '{}')
      on conflict (hash) do update set revoked_at = null`);
    await tx.query(sql`
      update api_key set revoked_at = ${deps.clock.now()}
      where prefix = ${DEVELOPMENT} and hash <> ${hash} and revoked_at is null`);
    await tx.query(sql`select pg_notify(${KEYS_CHANNEL}, '')`);
  });
  return key;
}

async function keptKey(home: string): Promise<string> {
  const file = join(home, 'dev-key');
  await mkdir(home, { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${makeKey().key}\n`, { mode: 0o600 });
  // Of several that come at once the first one's key stays, and nobody reads it half written.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  return (await readFile(file, 'utf8')).trim();
}
