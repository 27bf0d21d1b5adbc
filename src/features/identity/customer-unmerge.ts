import { type Actor, maySee, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import type { Queryable } from '../../db.ts';
import { CameoError, toUserError, type UserError } from '../../errors.ts';
import { findMerge, type MergeEdge } from './edges.ts';
import { lockGraph } from './locks.ts';
import { onGraph } from './transaction.ts';
import { unmergeCustomers } from './unmerge-customers.ts';

export interface CustomerUnmergePayload {
  /** The one that kept standing, then the one that is back; empty when it was refused. */
  readonly customerIds: readonly number[];
  readonly userErrors: readonly UserError[];
}

/**
 * Takes back a merge, at any time and in any order: both customers are as if it had not happened.
 *
 * @throws CameoError FORBIDDEN when the actor may not write.
 */
export async function customerUnmerge(
  deps: Deps,
  actor: Actor,
  input: { readonly mergeId: string },
): Promise<CustomerUnmergePayload> {
  requireRole(actor, 'writer');
  try {
    const { domainId, id } = await requireMerge(deps.db, actor, input.mergeId);
    const { kept, back } = await onGraph(
      deps.db,
      async (tx) => {
        await lockGraph(tx, domainId, 'exclusive');
        const edge = await requireMerge(tx, actor, String(id));
        return unmergeCustomers({ tx, domainId, actor: actor.id, now: deps.clock.now() }, edge);
      },
      'exclusive',
    );
    return { customerIds: [kept, back], userErrors: [] };
  } catch (error) {
    if (!(error instanceof CameoError)) throw error;
    return { customerIds: [], userErrors: [toUserError(error)] };
  }
}

async function requireMerge(tx: Queryable, actor: Actor, mergeId: string): Promise<MergeEdge> {
  const edge = /^[1-9]\d{0,8}$/.test(mergeId) ? await findMerge(tx, Number(mergeId)) : undefined;
  if (!edge || !maySee(actor, edge.domain)) {
    throw new CameoError('NOT_FOUND', 'No such merge.', ['mergeId']);
  }
  if (edge.reverted) {
    throw new CameoError('CONFLICT', 'This merge has been taken back already.', ['mergeId']);
  }
  return edge;
}
