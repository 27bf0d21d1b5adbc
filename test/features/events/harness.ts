import sql from 'sql-template-tag';
import { systemActor } from '../../../src/auth.ts';
import { createFakeClock, type FakeClock } from '../../../src/clock.ts';
import type { Deps } from '../../../src/context.ts';
import { type Db, openDb } from '../../../src/db.ts';
import type { EventInput } from '../../../src/features/events/event-input.ts';
import { type EventsIngestPayload, ingestEvents } from '../../../src/features/events/ingest.ts';
import type { IdentityRef } from '../../../src/features/identity/identity.ts';
import { createLogger } from '../../../src/logger.ts';
import { createTestDatabase } from '../../helpers/db.ts';

export const NOW = '2026-06-15T12:00:00.000Z';
export const actor = systemActor('test');

export interface Stage extends Deps {
  readonly clock: FakeClock;
  readonly url: string;
  ingest(events: readonly EventInput[], domain?: string): Promise<EventsIngestPayload>;
  close(): Promise<void>;
}

/** An empty database with a clock that stands at NOW. */
export async function createStage(): Promise<Stage> {
  const database = await createTestDatabase();
  const db = openDb(database.url);
  const deps = {
    db,
    clock: createFakeClock(NOW),
    log: createLogger({ logLevel: 'silent', mode: 'test' }),
  };
  return {
    ...deps,
    url: database.url,
    ingest: (events, domain = 'retail') => ingestEvents(deps, actor, { domain, events }),
    close: async () => {
      await db.close();
      await database.drop();
    },
  };
}

/** `user_id:u1` and the like as names. */
export function names(...texts: string[]): IdentityRef[] {
  return texts.map((text) => {
    const [kind = '', ...value] = text.split(':');
    return { kind, value: value.join(':') };
  });
}

export function event(
  messageId: string,
  identities: readonly IdentityRef[],
  rest: Partial<EventInput> = {},
): EventInput {
  return {
    messageId,
    type: 'order',
    occurredAt: new Date('2026-06-01T10:00:00Z'),
    identities,
    ...rest,
  };
}

/** The customer that a name points to now. */
export async function holderOf(
  db: Db,
  name: string,
  domain = 'retail',
): Promise<number | undefined> {
  const [identity] = names(name);
  const [row] = await db.query<{ id: number }>(sql`
    SELECT customer_id AS id FROM identity JOIN domain d ON d.id = domain_id
    WHERE d.key = ${domain} AND kind = ${identity?.kind} AND value = ${identity?.value}`);
  return row?.id;
}

/** Message ids of the events that a customer has, in alphabetical order. */
export async function messagesOf(db: Db, customer: number | null | undefined): Promise<string[]> {
  const rows = await db.query<{ id: string }>(sql`
    SELECT message_id AS id FROM event WHERE customer_id = ${customer} ORDER BY 1`);
  return rows.map(({ id }) => id);
}
