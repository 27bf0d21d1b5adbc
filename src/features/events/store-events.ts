import { markChanged } from '../identity/grow-graph.ts';
import { lockGraph } from '../identity/locks.ts';
import { type Refusal, refusalError } from '../identity/refusal.ts';
import { openResolver, type Resolver, type ResolverScope } from '../identity/resolve.ts';
import { setTraits, type TraitChange } from '../identity/traits.ts';
import { appendEvents, type LinkedEvent } from './append.ts';
import type { CheckedEvent } from './check-event.ts';
import type { EventReceipt } from './event-input.ts';
import { receiptOf } from './receipt.ts';
import { takenMessageIds } from './taken-ids.ts';

interface Stored {
  /** By the event's place in the call. */
  readonly receipts: Map<number, EventReceipt>;
  readonly refusals: readonly Refusal[];
}

/**
 * Stores checked events within a transaction as if they came one by one, with a number of statements
 * that does not grow with theirs (merges aside, which are done one at a time).
 */
export async function storeEvents(
  scope: ResolverScope,
  events: readonly CheckedEvent[],
): Promise<Stored> {
  await lockGraph(scope.tx, scope.domainId, scope.mode);
  const { fresh, repeated, taken } = await sortOut(scope, events);
  const resolver = await openResolver(
    scope,
    fresh.map(({ identities }) => identities),
  );
  const linked = await linkAndStore(scope, resolver, fresh);
  for (const { event, customer } of linked) taken.set(event.messageId, customer);
  const receipts = new Map<number, EventReceipt>();
  for (const { messageId, position } of repeated) {
    receipts.set(position, receiptOf(messageId, 'DUPLICATE', taken.get(messageId) ?? null));
  }
  for (const { event, customer, refusals } of linked) {
    const [refusal] = refusals;
    const error = refusal ? refusalError(refusal, ['events', String(event.position)]) : null;
    receipts.set(event.position, receiptOf(event.messageId, 'ACCEPTED', customer, error));
  }
  return { receipts, refusals: linked.flatMap(({ refusals }) => refusals) };
}

/** Parts the events whose message id is new from the repeated ones. */
async function sortOut({ tx, domainId }: ResolverScope, events: readonly CheckedEvent[]) {
  const ids = new Set(events.map(({ messageId }) => messageId));
  const taken = await takenMessageIds(tx, domainId, [...ids]);
  const seen = new Set(taken.keys());
  const fresh: CheckedEvent[] = [];
  const repeated: CheckedEvent[] = [];
  for (const event of events) {
    (seen.has(event.messageId) ? repeated : fresh).push(event);
    seen.add(event.messageId);
  }
  return { fresh, repeated, taken };
}

type Placed = LinkedEvent & { readonly refusals: readonly Refusal[] };

const NONE: readonly Refusal[] = [];

async function linkAndStore(
  scope: ResolverScope,
  resolver: Resolver,
  events: readonly CheckedEvent[],
): Promise<Placed[]> {
  const all: Placed[] = [];
  let pending: Placed[] = [];
  const storePending = async () => {
    await storeLinked(scope, pending);
    pending = [];
  };
  for (const event of events) {
    const holder = resolver.settled(event.identities);
    const placed: Placed = holder
      ? { event, customer: holder.customer, origin: holder.origin, refusals: NONE }
      : { event, ...(await resolver.resolve(event.identities, storePending)) };
    all.push(placed);
    pending.push(placed);
  }
  await resolver.flush();
  await storePending();
  return all;
}

async function storeLinked(scope: ResolverScope, linked: readonly LinkedEvent[]): Promise<void> {
  const { tx, domainId, now } = scope;
  await appendEvents(tx, domainId, linked, now);
  await setTraits(tx, linked.flatMap(traitChanges), now);
  await markChanged(tx, [...new Set(linked.map(({ customer }) => customer))], now);
}

function traitChanges({ event, customer, origin }: LinkedEvent): TraitChange[] {
  const source = `event:${event.messageId}`;
  const at = event.occurredAt;
  return event.traits.map(([name, json]) => ({ customer, origin, name, json, source, at }));
}
