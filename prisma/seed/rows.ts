import type { DemoDomain, DemoEvent, DemoWorld } from './world.ts';

/** What a demo world's names became in the database. */
export interface Keys {
  domainIds: Readonly<Record<DemoDomain, number>>;
  /** By `ref`. */
  customerIds: ReadonlyMap<string, number>;
  /** When the rows are said to be made: RFC 3339. */
  createdAt: string;
}

type Row = readonly (string | number | null)[];

/** One COPY: the table with its columns, and the rows in that order. */
export interface TableRows {
  table: string;
  columns: readonly string[];
  rows: readonly Row[];
}

const SOURCE = 'seed';

/** The rows of a world in an order that satisfies the foreign keys. */
export function tablesOf(world: DemoWorld, keys: Keys): TableRows[] {
  return [customers, identities, traitValues, events, receipts, labels, changes].map((table) =>
    table(world, keys),
  );
}

function idOf(keys: Keys, ref: string): number {
  const id = keys.customerIds.get(ref);
  if (id === undefined)
    throw new Error(`Demo customer ${ref} has no id: the world names it without making it`);
  return id;
}

function customers(world: DemoWorld, keys: Keys): TableRows {
  // Events come by time, so the last one seen stays.
  const lastSeen = new Map(
    world.events.map(({ customerRef, occurredAt }) => [customerRef, occurredAt]),
  );
  return {
    table: 'customer',
    columns: ['id', 'domain_id', 'traits', 'first_seen_at', 'last_seen_at', 'created_at'],
    rows: world.customers.map(({ ref, domain, traits, firstSeenAt }) => [
      idOf(keys, ref),
      keys.domainIds[domain],
      JSON.stringify(traits),
      firstSeenAt.toISOString(),
      (lastSeen.get(ref) ?? firstSeenAt).toISOString(),
      keys.createdAt,
    ]),
  };
}

function identities(world: DemoWorld, keys: Keys): TableRows {
  return {
    table: 'identity',
    columns: ['domain_id', 'kind', 'value', 'customer_id', 'origin_customer_id', 'created_at'],
    rows: world.customers.flatMap((customer) =>
      customer.identities.map(({ kind, value }) => {
        const id = idOf(keys, customer.ref);
        return [keys.domainIds[customer.domain], kind, value, id, id, keys.createdAt];
      }),
    ),
  };
}

function traitValues(world: DemoWorld, keys: Keys): TableRows {
  return {
    table: 'trait_value',
    columns: ['customer_id', 'origin_customer_id', 'name', 'value', 'source', 'at', 'created_at'],
    rows: world.customers.flatMap(({ ref, traitHistory }) =>
      traitHistory.map(({ name, value, at }) => {
        const id = idOf(keys, ref);
        return [id, id, name, JSON.stringify(value), SOURCE, at.toISOString(), keys.createdAt];
      }),
    ),
  };
}

function events(world: DemoWorld, keys: Keys): TableRows {
  return {
    table: 'event',
    columns: [
      'domain_id',
      'customer_id',
      'origin_customer_id',
      'message_id',
      'type',
      'occurred_at',
      'item_id',
      'amount',
      'currency',
      'text',
      'properties',
      'created_at',
    ],
    rows: world.events.map((event) => eventRow(event, keys)),
  };
}

function eventRow(event: DemoEvent, keys: Keys): Row {
  const id = idOf(keys, event.customerRef);
  return [
    keys.domainIds[event.domain],
    id,
    id,
    event.messageId,
    event.type,
    event.occurredAt.toISOString(),
    event.itemId ?? null,
    event.amount ?? null,
    event.currency ?? null,
    event.text ?? null,
    JSON.stringify(event.properties),
    keys.createdAt,
  ];
}

function receipts(world: DemoWorld, keys: Keys): TableRows {
  return {
    table: 'event_receipt',
    columns: ['domain_id', 'message_id', 'customer_id', 'occurred_at'],
    rows: world.events.map(({ domain, messageId, customerRef, occurredAt }) => [
      keys.domainIds[domain],
      messageId,
      idOf(keys, customerRef),
      occurredAt.toISOString(),
    ]),
  };
}

function labels(world: DemoWorld, keys: Keys): TableRows {
  return {
    table: 'label',
    columns: [
      'customer_id',
      'domain_id',
      'task',
      'message_id',
      'value',
      'at',
      'source',
      'created_at',
    ],
    rows: world.labels.map(({ customerRef, domain, task, messageId, value, at }) => [
      idOf(keys, customerRef),
      keys.domainIds[domain],
      task,
      messageId ?? null,
      JSON.stringify(value),
      at.toISOString(),
      SOURCE,
      keys.createdAt,
    ]),
  };
}

/** Marks every customer as changed: the first refresh works out features and segments for all. */
function changes(world: DemoWorld, keys: Keys): TableRows {
  return {
    table: 'customer_change',
    columns: ['customer_id', 'created_at'],
    rows: world.customers.map(({ ref }) => [idOf(keys, ref), keys.createdAt]),
  };
}
