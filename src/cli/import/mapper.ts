import type { EventInput } from '../../features/events/event-input.ts';
import { createGroups } from './groups.ts';
import type { Group, Mapping, Value } from './mapping-schema.ts';
import { readTime } from './read-time.ts';
import { readCondition, readValue, UnreadableRecord } from './read-value.ts';
import type { Row } from './row.ts';
import { type Read, readText } from './template.ts';

/** What a record is: an event, left out for a reason of the mapping, or not to be read. */
export type Mapped = (
  | { readonly event: EventInput }
  | { readonly skipped: string }
  | { readonly fault: string }
) & {
  /** The event of the group of records that ended before this one. */
  readonly ended?: EventInput | undefined;
};

/** Reads rows in the order of the file. `id` makes message ids for records that have none. */
export interface Mapper {
  (row: Row, record: number): Mapped;
  /** The event of the last group of records, at the end of the file. */
  end?(): EventInput | undefined;
}

/**
 * @throws Error when the mapping's time format or zone is none.
 */
export function createMapper(mapping: Mapping, id: (record: number) => string): Mapper {
  const skips = mapping.skip.map(({ when, reason }) => ({ holds: readCondition(when), reason }));
  const read = createReader(mapping);
  const messageId = mapping.messageId === undefined ? () => '' : readText(mapping.messageId);
  const map = (row: Row, record: number): Mapped => {
    const skip = skips.find(({ holds }) => holds(row));
    if (skip) return { skipped: skip.reason };
    try {
      return { event: { messageId: messageId(row) || id(record), ...read(row) } };
    } catch (error) {
      if (error instanceof UnreadableRecord) return { fault: error.message };
      throw error;
    }
  };
  return mapping.group ? withGroups(map, mapping.group, readType(mapping.type)) : map;
}

function withGroups(map: Mapper, group: Group, type: Read<string>): Mapper {
  const groups = createGroups(group, (value) => readValue(value, type));
  const grouped = (row: Row, record: number): Mapped => {
    const mapped = map(row, record);
    const ended = groups.next(row, 'event' in mapped ? mapped.event : undefined);
    return ended ? { ...mapped, ended } : mapped;
  };
  return Object.assign(grouped, { end: groups.end });
}

function createReader(mapping: Mapping): Read<Omit<EventInput, 'messageId'>> {
  const type = readType(mapping.type);
  const value = (each: Value) => readValue(each, type);
  const optional = (each: Value | undefined) =>
    each === undefined ? () => undefined : value(each);
  const occurredAt = readTime(mapping.occurredAt);
  const identities = Object.entries(mapping.identities).map(
    ([kind, template]) => [kind, readText(template)] as const,
  );
  const properties = Object.entries(mapping.properties).map(
    ([name, each]) => [name, value(each)] as const,
  );
  const [text, amount, currency, itemId] = [
    optional(mapping.text),
    optional(mapping.amount),
    optional(mapping.currency),
    optional(mapping.itemId),
  ];
  return (row) => ({
    type: type(row),
    occurredAt: occurredAt(row),
    identities: identities.map(([kind, read]) => ({ kind, value: read(row) })),
    properties: present(properties, row),
    // What is of the wrong type is refused by ingest, with its reason.
    text: text(row) as string | undefined,
    amount: amount(row) as number | undefined,
    currency: currency(row) as string | undefined,
    itemId: itemId(row) as string | undefined,
  });
}

function readType(type: Value): Read<string> {
  const read = readValue(type, () => '');
  // Ordinals ask for the type of the same row again.
  let last: { row: Row; type: string } | undefined;
  return (row) => {
    if (last?.row !== row) last = { row, type: String(read(row) ?? '') };
    return last.type;
  };
}

function present(
  properties: readonly (readonly [string, Read<unknown>])[],
  row: Row,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, read] of properties) {
    const value = read(row);
    if (value !== undefined) found[name] = value;
  }
  return found;
}
