import sql from 'sql-template-tag';
import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import type { UserError } from '../../errors.ts';
import { segmentByKey } from './segment.ts';
import { loadDefinitions } from './store/definition.ts';
import { lockDefinitions } from './store/locks.ts';

/**
 * Deletes a segment with its history, its strategy and its part of the outbox.
 * Refuses while others use it, and names them.
 *
 * @throws CameoError FORBIDDEN without the role writer.
 */
export async function segmentDelete(
  deps: Deps,
  actor: Actor,
  key: string,
): Promise<{ readonly deleted: boolean; readonly userErrors: readonly UserError[] }> {
  requireRole(actor, 'writer');
  const segment = await segmentByKey(deps.db, actor, key);
  if (!segment)
    return refused({ code: 'NOT_FOUND', message: `There is no segment "${key}".`, field: ['key'] });
  return deps.db.transaction(async (tx) => {
    await lockDefinitions(tx);
    const users = (await loadDefinitions(tx)).filter(({ uses }) => uses.has(key));
    if (users.length > 0)
      return refused({
        code: 'IN_USE',
        message: `Other segments use "${key}": ${users.map((user) => `"${user.key}"`).join(', ')}. Change or delete them first.`,
        field: ['key'],
      });
    await tx.query(sql`delete from segment_transition where segment_id = ${segment.id}`);
    await tx.query(sql`delete from segment where id = ${segment.id}`);
    return { deleted: true, userErrors: [] };
  });
}

const refused = (error: UserError) => ({ deleted: false, userErrors: [error] });
