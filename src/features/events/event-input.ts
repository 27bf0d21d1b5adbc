import type { UserError } from '../../errors.ts';
import type { IdentityRef } from '../identity/identity.ts';

/** One event as callers send it: `EventInput` of the contract. */
export interface EventInput {
  /** The idempotency key, unique in the domain. */
  readonly messageId: string;
  readonly type: string;
  /** When it happened; a string is RFC 3339 with an offset or Z. */
  readonly occurredAt: Date | string;
  readonly identities: readonly IdentityRef[];
  /** A JSON object; an event of type `identify` may carry an object `traits` in it. */
  readonly properties?: unknown;
  readonly text?: string | null | undefined;
  readonly amount?: number | null | undefined;
  readonly currency?: string | null | undefined;
  readonly itemId?: string | null | undefined;
}

export type EventStatus = 'ACCEPTED' | 'DUPLICATE' | 'REJECTED';

/** What became of one event. An accepted one may carry an error too: a name that was not linked. */
export interface EventReceipt {
  readonly messageId: string;
  readonly status: EventStatus;
  readonly customerId: number | null;
  readonly error: UserError | null;
}
