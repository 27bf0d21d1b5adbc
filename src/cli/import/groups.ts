import type { EventInput } from '../../features/events/event-input.ts';
import type { Group, Value } from './mapping-schema.ts';
import type { Row } from './row.ts';
import { type Read, readText } from './template.ts';

/** Puts records that stand next to each other together, and makes an event of each group. */
export interface Groups {
  /** Takes the next record; gives the event of the group that ended before it. */
  next(row: Row, event: EventInput | undefined): EventInput | undefined;
  /** The event of the last group, at the end of the file. */
  end(): EventInput | undefined;
}

interface Open {
  readonly key: string;
  readonly first: EventInput;
  readonly type: string;
  readonly properties: Record<string, unknown>;
  amount: number | undefined;
  lines: number;
}

/** Amounts are sums of decimal figures: what floating point adds to them beyond this is noise. */
const DECIMALS = 6;

/**
 * The event of a group has the time, the identities and the currency of its first record, the sum of
 * the amounts, and `properties.lines`, how many records it stands for. Its message id is made of its
 * type and key, so that an import that starts over does not double it.
 */
export function createGroups(group: Group, read: (value: Value) => Read<unknown>): Groups {
  const by = readText(group.by);
  const properties = Object.entries(group.properties).map(
    ([name, value]) => [name, read(value)] as const,
  );
  let open: Open | undefined;

  const close = (): EventInput | undefined => {
    const ended = open && eventOf(open);
    open = undefined;
    return ended;
  };
  const start = (row: Row, event: EventInput, key: string, type: string): Open => ({
    ...{ key, type, first: event, amount: undefined, lines: 0 },
    properties: Object.fromEntries(properties.map(([name, value]) => [name, value(row)])),
  });
  return {
    next(row, event) {
      const key = by(row);
      const ended = open && open.key !== key ? close() : undefined;
      const type = event && group.types[event.type];
      if (event && type !== undefined) {
        open ??= start(row, event, key, type);
        add(open, event);
      }
      return ended;
    },
    end: close,
  };
}

function add(open: Open, event: EventInput): void {
  open.lines += 1;
  if (typeof event.amount === 'number') open.amount = (open.amount ?? 0) + event.amount;
}

function eventOf({ key, type, first, properties, amount, lines }: Open): EventInput {
  return {
    messageId: `${type}:${key}`,
    type,
    occurredAt: first.occurredAt,
    identities: first.identities,
    currency: first.currency,
    amount: amount === undefined ? undefined : Number(amount.toFixed(DECIMALS)),
    properties: { ...properties, lines },
  };
}
