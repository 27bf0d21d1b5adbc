import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import type { EventInput } from '../../../src/features/events/event-input.ts';
import { createStage, event, names, type Stage } from './harness.ts';

let stage: Stage;
let runs = 0;

beforeAll(async () => {
  stage = await createStage();
});

afterAll(() => stage.close());

/** Each customer as its names and its message ids: what must not depend on ids or order. */
async function readPeople(domain: string): Promise<string[]> {
  const rows = await stage.db.query<{ person: string }>(sql`
    SELECT concat_ws(' | ',
      (SELECT string_agg(kind || ':' || value, ',' ORDER BY kind, value)
        FROM identity WHERE customer_id = c.id),
      (SELECT string_agg(message_id, ',' ORDER BY message_id) FROM event WHERE customer_id = c.id),
      first_seen_at, last_seen_at) AS person
    FROM customer c JOIN domain d ON d.id = c.domain_id
    WHERE d.key = ${domain} AND merged_into_id IS NULL`);
  return rows.map(({ person }) => person).sort();
}

// A message id stands for one event: its person and time follow from it.
const messages = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 30 });
const batches = fc.array(messages, { minLength: 2, maxLength: 6 });

function toEvent(number: number): EventInput {
  const person = number % 7;
  const identities =
    number % 3 === 0
      ? names(`user_id:u${person}`)
      : names(`user_id:u${person}`, `device:d${person}-${number % 4}`);
  const occurredAt = new Date(Date.UTC(2026, number % 5, 1 + (number % 20)));
  return event(`m${number}`, identities, { occurredAt });
}

describe('calls at the same time', () => {
  it('end as if they had come one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (numbers) => {
        runs += 1;
        const calls = numbers.map((batch) => batch.map(toEvent));
        const together = await Promise.all(calls.map((call) => stage.ingest(call, `par-${runs}`)));
        for (const call of calls) await stage.ingest(call, `ser-${runs}`);
        expect(await readPeople(`par-${runs}`)).toEqual(await readPeople(`ser-${runs}`));
        const accepted = together.reduce((sum, payload) => sum + payload.accepted, 0);
        expect(accepted).toBe(new Set(numbers.flat()).size);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('take each message id once and tell every caller the same customer', async () => {
    const call = Array.from({ length: 300 }, (_, n) =>
      event(`same ${n}`, names(`user_id:same ${n % 50}`)),
    );
    const backwards = [...call].reverse();
    const payloads = await Promise.all(
      [call, backwards, call, backwards, call].map((events) => stage.ingest(events)),
    );
    expect(payloads.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(300);
    expect(payloads.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(1_200);
    const answers = new Map<string, Set<number | null>>();
    for (const { messageId, customerId } of payloads.flatMap(({ receipts }) => receipts)) {
      answers.set(messageId, (answers.get(messageId) ?? new Set()).add(customerId));
    }
    expect([...answers.values()].every((customers) => customers.size === 1)).toBe(true);
    expect(answers.size).toBe(300);
  });

  it('do not deadlock on the same customers in opposite orders', async () => {
    const call = (name: string, order: readonly number[]) =>
      stage.ingest(
        order.map((n) => event(`${name} ${n}`, names(`user_id:order ${n}`))),
        'order',
      );
    const forth = Array.from({ length: 200 }, (_, n) => n);
    const back = [...forth].reverse();
    await call('first', forth);
    const before = await deadlocks();
    const payloads = await Promise.all(
      Array.from({ length: 24 }, (_, n) => call(`round ${n}`, n % 2 === 0 ? forth : back)),
    );
    expect(payloads.every(({ accepted }) => accepted === 200)).toBe(true);
    expect(await deadlocks()).toBe(before);
  });

  it('merge the same people once', async () => {
    const devices = Array.from({ length: 20 }, (_, n) => `device:merge ${n}`);
    await stage.ingest([
      event('merge start', names('user_id:merge')),
      ...devices.map((device, n) => event(`merge device ${n}`, names(device))),
    ]);
    await Promise.all(
      devices.flatMap((device, n) =>
        [1, 2].map((turn) =>
          stage.ingest([event(`join ${n} ${turn}`, names('user_id:merge', device))]),
        ),
      ),
    );
    const [merges] = await stage.db.query(sql`
      SELECT count(*) AS count, count(DISTINCT into_id) AS targets, count(DISTINCT from_id) AS sources
      FROM identity_merge WHERE domain_id = (SELECT id FROM domain WHERE key = 'retail')`);
    expect(merges).toEqual({ count: 20, targets: 1, sources: 20 });
    const [kept] = await stage.db.query<{ count: number }>(sql`
      SELECT count(*) AS count FROM event e JOIN identity i ON i.customer_id = e.customer_id
      WHERE i.value = 'merge'`);
    expect(kept?.count).toBe(1 + 20 + 40);
  });
});

async function deadlocks(): Promise<number> {
  await stage.db.query(sql`SELECT pg_stat_force_next_flush()`);
  const [row] = await stage.db.query<{ deadlocks: number }>(
    sql`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`,
  );
  return row?.deadlocks ?? Number.NaN;
}
