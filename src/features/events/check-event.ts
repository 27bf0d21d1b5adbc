import { CameoError, toUserError, type UserError } from '../../errors.ts';
import { checkIdentities } from '../identity/check-identities.ts';
import { checkInstant } from '../identity/check-instant.ts';
import { checkJsonObject } from '../identity/check-json.ts';
import { checkString, textFault } from '../identity/check-text.ts';
import { checkTraits } from '../identity/check-traits.ts';
import type { PlacedIdentity } from '../identity/identity.ts';
import type { EventInput } from './event-input.ts';

const MOST_ID = 255;
const MOST_TYPE = 100;
const MOST_CURRENCY = 16;
const MOST_BYTES = 1_048_576;

/** An event that can be stored as it is; strings are checked, `properties` is JSON text. */
export interface CheckedEvent {
  readonly position: number;
  readonly messageId: string;
  readonly type: string;
  readonly occurredAt: Date;
  /** By falling priority, at least one. */
  readonly identities: readonly PlacedIdentity[];
  readonly properties: string;
  /** Name and JSON text of each trait that an `identify` event sets. */
  readonly traits: readonly (readonly [string, string])[];
  readonly text: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly itemId: string | null;
}

/** The event ready to store, or what is wrong with it. `position` is its place in the call. */
export function checkEvent(
  event: EventInput,
  position: number,
  now: Date,
): CheckedEvent | UserError {
  try {
    return check(event, position, now);
  } catch (error) {
    if (error instanceof CameoError) return toUserError(error);
    throw error;
  }
}

function check(event: EventInput, position: number, now: Date): CheckedEvent {
  const path = (field: string) => ['events', String(position), field];
  const optional = (field: 'currency' | 'itemId', most: number) =>
    event[field] == null ? null : checkString(event[field], field, most, path(field), true);
  return {
    position,
    messageId: checkString(event.messageId, 'messageId', MOST_ID, path('messageId')),
    type: checkString(event.type, 'type', MOST_TYPE, path('type')),
    occurredAt: checkInstant(event.occurredAt, now, path('occurredAt')),
    identities: checkIdentities(event.identities, path('identities')),
    properties: checkProperties(event.properties, path('properties')),
    traits: checkIdentifyTraits(event, path('properties')),
    text: checkBody(event.text, path('text')),
    amount: checkAmount(event.amount, path('amount')),
    currency: optional('currency', MOST_CURRENCY),
    itemId: optional('itemId', MOST_ID),
  };
}

function checkProperties(properties: unknown, path: readonly string[]): string {
  if (properties === undefined || properties === null) return '{}';
  return checkJsonObject(properties, 'properties', MOST_BYTES, path);
}

function checkIdentifyTraits(event: EventInput, path: readonly string[]): [string, string][] {
  if (event.type !== 'identify') return [];
  const { traits } = (event.properties ?? {}) as { traits?: unknown };
  return checkTraits(traits, [...path, 'traits']);
}

function checkBody(text: unknown, path: readonly string[]): string | null {
  if (text === undefined || text === null) return null;
  if (typeof text !== 'string') throw new CameoError('BAD_INPUT', 'text must be a string.', path);
  if (text.length > MOST_BYTES || Buffer.byteLength(text) > MOST_BYTES) {
    throw new CameoError('TOO_LARGE', `text is larger than ${MOST_BYTES} bytes.`, path);
  }
  const fault = textFault(text);
  if (fault) throw new CameoError('BAD_INPUT', `text ${fault}.`, path);
  return text;
}

function checkAmount(amount: unknown, path: readonly string[]): number | null {
  if (amount === undefined || amount === null) return null;
  if (typeof amount === 'number' && Number.isFinite(amount)) return amount;
  throw new CameoError('BAD_INPUT', 'amount must be a finite number.', path);
}
