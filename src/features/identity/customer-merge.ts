import sql from 'sql-template-tag';
import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import type { Queryable } from '../../db.ts';
import { CameoError, toUserError, type UserError } from '../../errors.ts';
import { readDomainKey } from './domain.ts';
import { type CustomerKey, findCustomer } from './find-customer.ts';
import { MERGE_LIMIT } from './kinds.ts';
import { lockGraph } from './locks.ts';
import { mergeCustomers } from './merge-customers.ts';
import { alertMergeLimit } from './merge-limit.ts';
import { onGraph } from './transaction.ts';

export interface CustomerMergeInput {
  readonly into: CustomerKey;
  readonly from: CustomerKey;
  /** Where names are looked up; left out as in `writableDomain`. */
  readonly domain?: string | null | undefined;
}

export interface CustomerMergePayload {
  /** The living customer; null when the merge was refused. */
  readonly customerId: number | null;
  /** For `customerUnmerge`; null when there was nothing to merge. */
  readonly mergeId: number | null;
  readonly userErrors: readonly UserError[];
}

/**
 * Merges `from` into `into`: one person from here on. Unlike an event, a person may merge two
 * identified customers. A customer merged with itself stays as it is.
 *
 * @throws CameoError FORBIDDEN when the actor may not write.
 */
export async function customerMerge(
  deps: Deps,
  actor: Actor,
  input: CustomerMergeInput,
): Promise<CustomerMergePayload> {
  requireRole(actor, 'writer');
  try {
    return await merge(deps, actor, input);
  } catch (error) {
    if (!(error instanceof CameoError) || error.code === 'FORBIDDEN') throw error;
    if (error.code === 'LIMIT_REACHED') await alertMergeLimit(deps, actor, error.message);
    return { customerId: null, mergeId: null, userErrors: [toUserError(error)] };
  }
}

async function merge(
  deps: Deps,
  actor: Actor,
  input: CustomerMergeInput,
): Promise<CustomerMergePayload> {
  const { db, clock } = deps;
  const domain = await readDomainKey(db, actor, input.domain);
  const find = (tx: Queryable, key: 'into' | 'from') =>
    findCustomer(tx, actor, input[key], domain, [key]);
  const { domainId } = await find(db, 'into');
  return onGraph(
    db,
    async (tx) => {
      await lockGraph(tx, domainId, 'exclusive');
      const into = await find(tx, 'into');
      const from = await find(tx, 'from');
      if (into.id === from.id) return { customerId: into.id, mergeId: null, userErrors: [] };
      requireSameDomain(into.domainId, from.domainId);
      await requireRoom(tx, into.id, from.id);
      const scope = { tx, domainId, actor: actor.id, now: clock.now() };
      const pair = { into: into.id, from: from.id, reason: 'customerMerge' };
      return { customerId: into.id, mergeId: await mergeCustomers(scope, pair), userErrors: [] };
    },
    'exclusive',
  );
}

function requireSameDomain(into: number, from: number): void {
  if (into === from) return;
  throw new CameoError('CONFLICT', 'The two customers are in different domains.', ['from']);
}

async function requireRoom(tx: Queryable, into: number, from: number): Promise<void> {
  const [row] = await tx.query<{ count: number }>(sql`
    SELECT count(*) AS count FROM customer WHERE merged_into_id IN (${into}, ${from})`);
  if ((row?.count ?? 0) + 1 <= MERGE_LIMIT) return;
  throw new CameoError(
    'LIMIT_REACHED',
    `Customer ${into} would stand for more than ${MERGE_LIMIT} merged customers. Check what merges them before you go on.`,
    ['from'],
  );
}
