import type { UserError } from '../../errors.ts';
import type { EventReceipt, EventStatus } from './event-input.ts';

export const receiptOf = (
  messageId: string,
  status: EventStatus,
  customerId: number | null,
  error: UserError | null = null,
): EventReceipt => ({ messageId, status, customerId, error });
