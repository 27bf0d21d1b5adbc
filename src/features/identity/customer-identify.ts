import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { CameoError, toUserError, type UserError } from '../../errors.ts';
import { checkIdentities } from './check-identities.ts';
import { checkInstant } from './check-instant.ts';
import { checkTraits } from './check-traits.ts';
import { writableDomain } from './domain.ts';
import { markChanged } from './grow-graph.ts';
import type { IdentityRef } from './identity.ts';
import { lockGraph } from './locks.ts';
import { alertRefusedMerges } from './merge-limit.ts';
import { refusalError } from './refusal.ts';
import { openResolver, type Resolution } from './resolve.ts';
import { setTraits } from './traits.ts';
import { onGraph } from './transaction.ts';

export interface CustomerIdentifyInput {
  readonly domain?: string | null | undefined;
  readonly identities: readonly IdentityRef[];
  /** A JSON object; null unsets a trait. */
  readonly traits?: unknown;
  /** When the traits were true; now when left out. */
  readonly at?: Date | string | null | undefined;
}

export interface CustomerIdentifyPayload {
  /** Null when nothing was written. */
  readonly customerId: number | null;
  /** Whether customers were merged by this. */
  readonly merged: boolean;
  /** Also names that were not linked although the rest was written. */
  readonly userErrors: readonly UserError[];
}

/**
 * Says that these names are one person and what is known of them. The names follow the rules of
 * `link`, as those of an event do; the traits are kept with `at` and the caller as their source.
 *
 * @throws CameoError FORBIDDEN when the actor may not write to the domain.
 */
export async function customerIdentify(
  deps: Deps,
  actor: Actor,
  input: CustomerIdentifyInput,
): Promise<CustomerIdentifyPayload> {
  requireRole(actor, 'writer');
  try {
    return await identify(deps, actor, input);
  } catch (error) {
    if (!(error instanceof CameoError) || error.code === 'FORBIDDEN') throw error;
    return { customerId: null, merged: false, userErrors: [toUserError(error)] };
  }
}

async function identify(
  deps: Deps,
  actor: Actor,
  input: CustomerIdentifyInput,
): Promise<CustomerIdentifyPayload> {
  const now = deps.clock.now();
  const identities = checkIdentities(input.identities, ['identities']);
  const traits = checkTraits(input.traits, ['traits']);
  const at = checkInstant(input.at ?? now, now, ['at']);
  const { id: domainId } = await writableDomain(deps.db, actor, input.domain);
  const found = await onGraph(deps.db, async (tx, mode) => {
    await lockGraph(tx, domainId, mode);
    const scope = { tx, mode, domainId, actor: actor.id, now };
    const resolver = await openResolver(scope, [identities]);
    const resolution = await resolver.resolve(identities, async () => {});
    await resolver.flush();
    const { customer, origin } = resolution;
    const source = `identify:${actor.id}`;
    const changes = traits.map(([name, json]) => ({ customer, origin, name, json, source, at }));
    await setTraits(tx, changes, now);
    await markChanged(tx, [customer], now);
    return resolution;
  });
  await alertRefusedMerges(deps, actor, found.refusals);
  return toPayload(found);
}

function toPayload({ customer, merged, refusals }: Resolution): CustomerIdentifyPayload {
  const userErrors = refusals.map((each) => refusalError(each, []));
  return { customerId: customer, merged, userErrors };
}
