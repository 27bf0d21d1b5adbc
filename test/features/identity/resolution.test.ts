import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { customerIdentify } from '../../../src/features/identity/customer-identify.ts';
import { MERGE_LIMIT } from '../../../src/features/identity/kinds.ts';
import {
  actor,
  createStage,
  event,
  holderOf,
  messagesOf,
  names,
  type Stage,
} from '../events/harness.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await createStage();
});

afterAll(() => stage.close());

const identify = (identities: string[], traits?: unknown, at?: string) =>
  customerIdentify(stage, actor, {
    domain: 'retail',
    identities: names(...identities),
    traits,
    at: at ?? null,
  });

async function traitsOf(name: string): Promise<unknown> {
  const id = await holderOf(stage.db, name);
  const [row] = await stage.db.query<{ traits: unknown }>(
    sql`SELECT traits FROM customer WHERE id = ${id}`,
  );
  return row?.traits;
}

describe('an event with names of two customers', () => {
  it('merges the one that is not identified into the other', async () => {
    await stage.ingest([
      event('a1', names('device:a'), { occurredAt: '2026-01-01T00:00:00Z' }),
      event('a2', names('user_id:a'), { occurredAt: '2026-02-01T00:00:00Z' }),
    ]);
    const from = await holderOf(stage.db, 'device:a');
    const { receipts } = await stage.ingest([event('a3', names('device:a', 'user_id:a'))]);
    const into = await holderOf(stage.db, 'user_id:a');
    expect(receipts).toEqual([
      { messageId: 'a3', status: 'ACCEPTED', customerId: into, error: null },
    ]);
    expect(await holderOf(stage.db, 'device:a')).toBe(into);
    expect(await messagesOf(stage.db, into)).toEqual(['a1', 'a2', 'a3']);
    const rows = await stage.db.query(sql`
      SELECT first_seen_at AS first, merged_into_id AS merged FROM customer
      WHERE id IN (${into}, ${from}) ORDER BY id = ${from}`);
    expect(rows).toEqual([
      { first: new Date('2026-01-01T00:00:00Z'), merged: null },
      { first: null, merged: into },
    ]);
  });

  it('keeps two identified ones apart, stores the event and says so', async () => {
    await stage.ingest([
      event('b1', names('user_id:b1')),
      event('b2', names('user_id:b2', 'device:b')),
    ]);
    const { receipts, accepted } = await stage.ingest([
      event('b3', names('device:b', 'user_id:b1')),
    ]);
    expect(accepted).toBe(1);
    expect(receipts[0]).toMatchObject({
      status: 'ACCEPTED',
      customerId: await holderOf(stage.db, 'user_id:b1'),
      error: { code: 'IDENTITY_CONFLICT', field: ['events', '0', 'identities', '0'] },
    });
    expect(await messagesOf(stage.db, await holderOf(stage.db, 'user_id:b1'))).toEqual([
      'b1',
      'b3',
    ]);
    expect(await holderOf(stage.db, 'device:b')).toBe(await holderOf(stage.db, 'user_id:b2'));
  });

  it('is resolved as if the events of a call came one by one', async () => {
    const { receipts } = await stage.ingest([
      event('c1', names('device:c1')),
      event('c2', names('device:c2')),
      event('c3', names('device:c2', 'email:c')),
      event('c4', names('device:c1', 'email:c')),
      event('c5', names('user_id:c', 'device:c1')),
      event('c6', names('user_id:c2', 'device:c1')),
    ]);
    expect(receipts.map(({ error }) => error?.code)).toEqual([
      ...Array.from({ length: 5 }),
      'IDENTITY_CONFLICT',
    ]);
    const one = await holderOf(stage.db, 'user_id:c');
    expect(await messagesOf(stage.db, one)).toEqual(['c1', 'c2', 'c3', 'c4', 'c5']);
    expect(await messagesOf(stage.db, await holderOf(stage.db, 'user_id:c2'))).toEqual(['c6']);
  });

  it('is kept with its own customer once the other has merged 100, and raises an alert', async () => {
    const devices = Array.from({ length: MERGE_LIMIT + 1 }, (_, n) => `device:limit ${n}`);
    await stage.ingest([
      event('limit', names('user_id:limit')),
      ...devices.map((device) => event(device, names(device))),
    ]);
    const { receipts } = await stage.ingest(
      devices.map((device) => event(`join ${device}`, names('user_id:limit', device))),
    );
    expect(receipts.slice(0, MERGE_LIMIT).every(({ error }) => error === null)).toBe(true);
    expect(receipts[MERGE_LIMIT]).toMatchObject({
      status: 'ACCEPTED',
      customerId: await holderOf(stage.db, 'user_id:limit'),
      error: { code: 'LIMIT_REACHED' },
    });
    expect(await holderOf(stage.db, `device:limit ${MERGE_LIMIT}`)).not.toBe(
      await holderOf(stage.db, 'user_id:limit'),
    );
    const alerts = await stage.db.query(
      sql`SELECT actor, outcome FROM audit_log WHERE action = 'identity.mergeLimit'`,
    );
    expect(alerts).toEqual([{ actor: 'test', outcome: 'LIMIT_REACHED' }]);
  }, 60_000);
});

describe('customerIdentify', () => {
  it('makes a customer with these names and traits', async () => {
    const made = await identify(['user_id:t1', 'email:t1'], { name: 'Ana', tags: ['x'] });
    expect(made).toEqual({
      customerId: await holderOf(stage.db, 'email:t1'),
      merged: false,
      userErrors: [],
    });
    expect(await traitsOf('user_id:t1')).toEqual({ name: 'Ana', tags: ['x'] });
  });

  it('lets the newest value win whatever the order, and null unset', async () => {
    await identify(['user_id:t2'], { tier: 'gold', city: 'Leeds', old: 1 }, '2026-03-03T00:00:00Z');
    await identify(['user_id:t2'], { tier: 'basic', city: null }, '2026-03-01T00:00:00Z');
    expect(await traitsOf('user_id:t2')).toEqual({ tier: 'gold', city: 'Leeds', old: 1 });
    await identify(['user_id:t2'], { tier: 'silver', city: null }, '2026-03-04T00:00:00Z');
    expect(await traitsOf('user_id:t2')).toEqual({ tier: 'silver', old: 1 });
    await identify(['user_id:t2'], { tier: 'bronze' }, '2026-03-04T00:00:00Z');
    expect(await traitsOf('user_id:t2')).toEqual({ tier: 'bronze', old: 1 });
    const history = await stage.db.query(sql`
      SELECT value, source FROM trait_value
      WHERE name = 'tier' AND customer_id = ${await holderOf(stage.db, 'user_id:t2')} ORDER BY at, id`);
    expect(history.map((row) => (row as { value: string }).value)).toEqual([
      'basic',
      'gold',
      'silver',
      'bronze',
    ]);
    expect(history[0]).toMatchObject({ source: 'identify:test' });
  });

  it('merges, the traits of the target winning', async () => {
    await identify(['device:t3'], { tier: 'gold', city: 'Leeds' }, '2026-05-01T00:00:00Z');
    await identify(['user_id:t3'], { tier: 'basic' }, '2026-04-01T00:00:00Z');
    const { merged } = await identify(['user_id:t3', 'device:t3'], { seen: true });
    expect(merged).toBe(true);
    expect(await traitsOf('device:t3')).toEqual({ tier: 'basic', city: 'Leeds', seen: true });
  });

  it('says which names it did not link, and writes nothing when it cannot', async () => {
    await identify(['user_id:t4']);
    expect(await identify(['user_id:t4', 'user_id:t5'])).toMatchObject({
      customerId: await holderOf(stage.db, 'user_id:t4'),
      userErrors: [{ code: 'LIMIT_REACHED', field: ['identities', '1'] }],
    });
    for (const [names, traits, at, field] of [
      [['email:null'], {}, undefined, 'identities'],
      [['user_id:t6'], [], undefined, 'traits'],
      [['user_id:t6'], { a: '\0' }, undefined, 'traits'],
      [['user_id:t6'], {}, '2026-06-17T00:00:00Z', 'at'],
    ] as const) {
      expect(await identify([...names], traits, at)).toMatchObject({
        customerId: null,
        userErrors: [{ field: [field] }],
      });
    }
    expect(await holderOf(stage.db, 'user_id:t6')).toBeUndefined();
  });
});

describe('an event of type identify', () => {
  it('sets the traits in its properties as of its time', async () => {
    const at = (id: string, occurredAt: string, traits: unknown) =>
      event(id, names('user_id:e1'), { type: 'identify', occurredAt, properties: { traits } });
    const { receipts } = await stage.ingest([
      at('e1', '2026-03-02T00:00:00Z', { tier: 'gold', plan: 'a' }),
      at('e2', '2026-03-01T00:00:00Z', { tier: 'basic', city: 'Leeds' }),
      at('e3', '2026-03-03T00:00:00Z', 'not an object'),
      { ...at('e4', '2026-03-04T00:00:00Z', { tier: 'ignored' }), type: 'order' },
    ]);
    expect(receipts.map(({ status }) => status)).toEqual([
      'ACCEPTED',
      'ACCEPTED',
      'REJECTED',
      'ACCEPTED',
    ]);
    expect(receipts[2]?.error?.field).toEqual(['events', '2', 'properties', 'traits']);
    expect(await traitsOf('user_id:e1')).toEqual({ tier: 'gold', plan: 'a', city: 'Leeds' });
    const sources = await stage.db.query(
      sql`SELECT DISTINCT source FROM trait_value WHERE name = 'city' AND source LIKE 'event:%'`,
    );
    expect(sources).toEqual([{ source: 'event:e2' }]);
  });
});
