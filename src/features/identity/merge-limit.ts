import type { Actor } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { audit } from '../access/audit.ts';
import type { Refusal } from './refusal.ts';

/** Says in the audit log and the process log that a customer has reached the limit of merges. */
export async function alertMergeLimit(deps: Deps, actor: Actor, reason: string): Promise<void> {
  deps.log.warn({ actor: actor.id, reason }, 'a merge was refused');
  await audit(deps.db, {
    actor,
    action: 'identity.mergeLimit',
    subject: { reason },
    outcome: 'LIMIT_REACHED',
    at: deps.clock.now(),
  });
}

/** Raises the alert once for names that were refused since their customer has merged too many. */
export async function alertRefusedMerges(
  deps: Deps,
  actor: Actor,
  refusals: readonly Refusal[],
): Promise<void> {
  const refused = refusals.find(({ alert }) => alert);
  if (refused) await alertMergeLimit(deps, actor, refused.message);
}
