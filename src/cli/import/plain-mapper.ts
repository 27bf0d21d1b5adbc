import type { EventInput } from '../../features/events/event-input.ts';
import type { IdentityRef } from '../../features/identity/identity.ts';
import type { Mapped, Mapper } from './mapper.ts';
import { createMapper } from './mapper.ts';
import type { Mapping } from './mapping-schema.ts';

const FIELDS = ['messageId', 'type', 'occurredAt', 'text', 'amount', 'currency', 'itemId'] as const;
const OBJECT_FIELDS: readonly string[] = [...FIELDS, 'identities', 'properties'];

/** Reads records that are events as `eventsIngest` takes them; only `messageId` may be missing. */
export function createPlainMapper(id: (record: number) => string): Mapper {
  return (row, record): Mapped => {
    const event = row.toJSON() as Partial<EventInput>;
    const strange = Object.keys(event).find((name) => !OBJECT_FIELDS.includes(name));
    if (strange !== undefined) {
      return { fault: `unknown field ${strange}: an event has ${OBJECT_FIELDS.join(', ')}` };
    }
    if (!Array.isArray(event.identities) || !event.identities.every(isIdentity)) {
      return { fault: 'identities must be a list of { kind, value }' };
    }
    return { event: { ...(event as EventInput), messageId: event.messageId ?? id(record) } };
  };
}

function isIdentity(value: unknown): value is IdentityRef {
  return typeof value === 'object' && value !== null && 'kind' in value && 'value' in value;
}

/**
 * Reads CSV whose columns are called as the fields of an event, `identities.KIND` and
 * `properties.NAME`.
 * @throws Error that names the columns that are something else or missing.
 */
export function createHeaderMapper(
  columns: readonly string[],
  id: (record: number) => string,
): Mapper {
  const under = (prefix: string) =>
    columns.flatMap((column) =>
      column.startsWith(prefix) ? [[column.slice(prefix.length), `{${column}}`] as const] : [],
    );
  const identities = under('identities.');
  const properties = under('properties.');
  const known = (column: string) =>
    (FIELDS as readonly string[]).includes(column) || /^(identities|properties)\../.test(column);
  const strange = columns.filter((column) => !known(column));
  const missing = ['type', 'occurredAt'].filter((field) => !columns.includes(field));
  if (identities.length === 0) missing.push('identities.KIND');
  if (strange.length > 0 || missing.length > 0) throw new Error(explain(strange, missing));
  const field = (name: string) => (columns.includes(name) ? `{${name}}` : undefined);
  const mapping: Mapping = {
    delimiter: ',',
    messageId: field('messageId'),
    type: '{type}',
    occurredAt: { value: '{occurredAt}', format: 'iso', zone: 'UTC' },
    identities: Object.fromEntries(identities),
    properties: Object.fromEntries(properties),
    text: field('text'),
    amount: columns.includes('amount') ? { number: '{amount}' } : undefined,
    currency: field('currency'),
    itemId: field('itemId'),
    skip: [],
  };
  return createMapper(mapping, id);
}

function explain(strange: readonly string[], missing: readonly string[]): string {
  const parts = [
    ...(missing.length > 0 ? [`lacks the columns ${missing.join(', ')}`] : []),
    ...(strange.length > 0 ? [`has columns that no event has: ${strange.join(', ')}`] : []),
  ];
  return `The file ${parts.join(' and ')}. Say what its columns mean with --map mapping.json (see --help).`;
}
