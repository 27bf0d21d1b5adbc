import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { CameoError } from '../../errors.ts';
import { writableDomain } from '../identity/domain.ts';
import { alertRefusedMerges } from '../identity/merge-limit.ts';
import type { Refusal } from '../identity/refusal.ts';
import { onGraph } from '../identity/transaction.ts';
import { type CheckedEvent, checkEvent } from './check-event.ts';
import type { EventInput, EventReceipt } from './event-input.ts';
import { ensureEventPartitions, monthOf } from './partitions.ts';
import { receiptOf } from './receipt.ts';
import { storeEvents } from './store-events.ts';

export const MOST_EVENTS = 5_000;

export interface EventsIngestInput {
  /** Made on first use. Left out: the key's only domain, else the only one there is, else `default`. */
  readonly domain?: string | null | undefined;
  readonly events: readonly EventInput[];
}

export interface EventsIngestPayload {
  /** One for each event, in the same order. */
  readonly receipts: readonly EventReceipt[];
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

/** A call whose events are checked: what is bad has its receipt, what is good waits to be stored. */
export interface CheckedCall {
  readonly domain: string | null | undefined;
  readonly now: Date;
  readonly events: readonly CheckedEvent[];
  /** One place for each event of the call. */
  readonly receipts: (EventReceipt | undefined)[];
}

/**
 * Takes in 1 to 5,000 events in one transaction: what is acknowledged is stored, once. A message id
 * that the domain has already, from this call or an earlier one, is a DUPLICATE and changes nothing;
 * an event that cannot be stored is REJECTED with its reason and the others go in.
 *
 * @throws CameoError FORBIDDEN when the actor may not write to the domain, BAD_INPUT when the domain
 *   or the number of events is not acceptable.
 */
export async function ingestEvents(
  deps: Deps,
  actor: Actor,
  input: EventsIngestInput,
): Promise<EventsIngestPayload> {
  requireCount(input.events.length);
  return storeCall(deps, actor, checkCall(deps, actor, input));
}

/**
 * The first half of `ingestEvents`, for any number of events: pure, so that it can be done while
 * another call is stored.
 */
export function checkCall(deps: Deps, actor: Actor, input: EventsIngestInput): CheckedCall {
  requireRole(actor, 'writer');
  const now = deps.clock.now();
  const receipts = new Array<EventReceipt | undefined>(input.events.length);
  const events: CheckedEvent[] = [];
  for (const [position, event] of input.events.entries()) {
    const checked = checkEvent(event, position, now);
    if ('code' in checked)
      receipts[position] = receiptOf(event.messageId, 'REJECTED', null, checked);
    else events.push(checked);
  }
  return { domain: input.domain, now, events, receipts };
}

/** The second half of `ingestEvents`; takes a call once. */
export async function storeCall(
  deps: Deps,
  actor: Actor,
  { domain, now, events, receipts }: CheckedCall,
): Promise<EventsIngestPayload> {
  const { id } = await writableDomain(deps.db, actor, domain);
  if (events.length > 0) {
    const refusals = await storeChecked(deps, actor, id, events, receipts, now);
    await alertRefusedMerges(deps, actor, refusals);
  }
  return summarise(receipts as EventReceipt[]);
}

async function storeChecked(
  deps: Deps,
  actor: Actor,
  domainId: number,
  events: readonly CheckedEvent[],
  receipts: (EventReceipt | undefined)[],
  now: Date,
): Promise<readonly Refusal[]> {
  await ensureEventPartitions(deps.db, ...monthsOf(events));
  const stored = await onGraph(deps.db, (tx, mode) =>
    storeEvents({ tx, mode, domainId, actor: actor.id, now }, events),
  );
  // Written only now: a transaction that starts over must leave nothing behind.
  for (const [position, receipt] of stored.receipts) receipts[position] = receipt;
  return stored.refusals;
}

function monthsOf(events: readonly CheckedEvent[]): string[] {
  const instants = new Map<number, Date>();
  for (const { occurredAt } of events) {
    instants.set(occurredAt.getUTCFullYear() * 12 + occurredAt.getUTCMonth(), occurredAt);
  }
  return [...instants.values()].map(monthOf);
}

function requireCount(count: number): void {
  if (count >= 1 && count <= MOST_EVENTS) return;
  throw new CameoError(
    count === 0 ? 'BAD_INPUT' : 'TOO_LARGE',
    `${count} events; a call takes 1 to ${MOST_EVENTS}.`,
    ['events'],
  );
}

function summarise(receipts: readonly EventReceipt[]): EventsIngestPayload {
  const count = (status: EventReceipt['status']) =>
    receipts.filter((receipt) => receipt.status === status).length;
  return {
    receipts,
    accepted: count('ACCEPTED'),
    duplicates: count('DUPLICATE'),
    rejected: count('REJECTED'),
  };
}
