import sql from 'sql-template-tag';
import type { Deps } from '../../context.ts';
import type { ArtefactStore } from './store.ts';

/** A training publishes before it writes its version down; nothing that young is collected. */
const GRACE_MS = 24 * 3_600_000;

/**
 * Removes artefacts that no model version names any more.
 * @param now by the store's clock, which says how old artefacts are
 * @returns how many
 */
export async function collectArtefacts(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  store: ArtefactStore,
  now: Date,
): Promise<number> {
  const old = (await store.list()).filter(({ at }) => at.getTime() < now.getTime() - GRACE_MS);
  const hashes = old.map(({ hash }) => hash);
  const named = await db.query<{ artefact: string }>(
    sql`select distinct artefact from model_version where artefact = any(${hashes}::text[])`,
  );
  const kept = new Set(named.map(({ artefact }) => artefact));
  const orphans = hashes.filter((hash) => !kept.has(hash));
  for (const hash of orphans) await store.remove(hash);
  if (orphans.length > 0) log.info({ artefacts: orphans.length }, 'removed unused artefacts');
  return orphans.length;
}
