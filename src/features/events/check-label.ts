import { CameoError, toUserError, type UserError } from '../../errors.ts';
import { checkInstant } from '../identity/check-instant.ts';
import { checkJsonObject } from '../identity/check-json.ts';
import type { CustomerKey } from '../identity/find-customer.ts';

const MOST_BYTES = 65_536;

/** One label as callers send it: for a customer or for the text of one event, not for both. */
export interface LabelInput {
  readonly customer?: CustomerKey | null | undefined;
  readonly messageId?: string | null | undefined;
  /** Any JSON but null. */
  readonly value: unknown;
  /** As of when it is true; left out: the time of the event, or now. */
  readonly at?: Date | string | null | undefined;
}

export interface CheckedLabel {
  readonly position: number;
  readonly target: { readonly customer: CustomerKey } | { readonly messageId: string };
  readonly json: string;
  readonly at: Date | undefined;
}

/** The label ready to store, or what is wrong with it. */
export function checkLabel(
  label: LabelInput,
  position: number,
  now: Date,
): CheckedLabel | UserError {
  const path = (field: string) => ['labels', String(position), field];
  try {
    const json = checkValue(label.value, path('value'));
    const at = label.at == null ? undefined : checkInstant(label.at, now, path('at'));
    return { position, target: checkTarget(label, path('customer')), json, at };
  } catch (error) {
    if (error instanceof CameoError) return toUserError(error);
    throw error;
  }
}

function checkValue(value: unknown, path: readonly string[]): string {
  if (value === null || value === undefined) {
    throw new CameoError('BAD_INPUT', 'A label needs a value.', path);
  }
  // Wrapped, so that one check serves scalars, lists and objects.
  checkJsonObject({ value }, 'value', MOST_BYTES, path);
  return JSON.stringify(value);
}

function checkTarget(
  { customer, messageId }: LabelInput,
  path: readonly string[],
): CheckedLabel['target'] {
  if (customer && messageId == null) return { customer };
  if (!customer && messageId != null) return { messageId };
  throw new CameoError('BAD_INPUT', 'Name either the customer or the messageId of an event.', path);
}
