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
    if (!(error instanceof CameoError)) throw error;
    const field = ['events', String(position), ...(error.field ?? [])];
    return { ...toUserError(error), field };
  }
}

// Paths within the event. Thousands are checked a call, so nothing is made for the sound ones.
const AT = {
  messageId: ['messageId'],
  type: ['type'],
  occurredAt: ['occurredAt'],
  identities: ['identities'],
  properties: ['properties'],
  traits: ['properties', 'traits'],
  text: ['text'],
  amount: ['amount'],
  currency: ['currency'],
  itemId: ['itemId'],
} as const;

function check(event: EventInput, position: number, now: Date): CheckedEvent {
  return {
    position,
    messageId: checkString(event.messageId, 'messageId', MOST_ID, AT.messageId),
    type: checkString(event.type, 'type', MOST_TYPE, AT.type),
    occurredAt: checkInstant(event.occurredAt, now, AT.occurredAt),
    identities: checkIdentities(event.identities, AT.identities),
    properties: checkProperties(event.properties),
    traits: event.type === 'identify' ? checkIdentifyTraits(event.properties) : NO_TRAITS,
    text: checkBody(event.text),
    amount: checkAmount(event.amount),
    currency: checkOptional(event.currency, 'currency', MOST_CURRENCY),
    itemId: checkOptional(event.itemId, 'itemId', MOST_ID),
  };
}

const NO_TRAITS: CheckedEvent['traits'] = [];

function checkOptional(value: unknown, name: 'currency' | 'itemId', most: number): string | null {
  return value == null ? null : checkString(value, name, most, AT[name], true);
}

function checkProperties(properties: unknown): string {
  if (properties === undefined || properties === null) return '{}';
  return checkJsonObject(properties, 'properties', MOST_BYTES, AT.properties);
}

function checkIdentifyTraits(properties: unknown): [string, string][] {
  const { traits } = (properties ?? {}) as { traits?: unknown };
  return checkTraits(traits, AT.traits);
}

function checkBody(text: unknown): string | null {
  if (text === undefined || text === null) return null;
  if (typeof text !== 'string')
    throw new CameoError('BAD_INPUT', 'text must be a string.', AT.text);
  if (text.length > MOST_BYTES || Buffer.byteLength(text) > MOST_BYTES) {
    throw new CameoError('TOO_LARGE', `text is larger than ${MOST_BYTES} bytes.`, AT.text);
  }
  const fault = textFault(text);
  if (fault) throw new CameoError('BAD_INPUT', `text ${fault}.`, AT.text);
  return text;
}

function checkAmount(amount: unknown): number | null {
  if (amount === undefined || amount === null) return null;
  if (typeof amount === 'number' && Number.isFinite(amount)) return amount;
  throw new CameoError('BAD_INPUT', 'amount must be a finite number.', AT.amount);
}
