import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import type { Actor } from '../../../src/auth.ts';
import { ingestEvents } from '../../../src/features/events/ingest.ts';
import {
  actor,
  createStage,
  event,
  holderOf,
  messagesOf,
  NOW,
  names,
  type Stage,
} from './harness.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await createStage();
});

afterAll(() => stage.close());

async function readEvent(messageId: string) {
  const rows = await stage.db.query<Record<string, unknown>>(sql`
    SELECT e.*, e.tableoid::regclass::text AS home FROM event e WHERE message_id = ${messageId}`);
  expect(rows).toHaveLength(1);
  return rows[0];
}

describe('an accepted event', () => {
  it('is stored as it was sent', async () => {
    const sent = {
      text: 'Quick "delivery",\tgood mug\r\nback\\slash \\N 很好 👍',
      properties: { quantity: 2, nested: { list: [1, null, 'a\\b\n\u0001'] }, empty: '' },
      amount: 12.5,
      currency: 'GBP',
      itemId: 'mug\t1',
    };
    const { receipts, accepted } = await stage.ingest([event('full', names('user_id:full'), sent)]);
    expect(accepted).toBe(1);
    const row = await readEvent('full');
    expect(row).toMatchObject({
      text: sent.text,
      properties: sent.properties,
      amount: 12.5,
      currency: 'GBP',
      item_id: 'mug\t1',
      type: 'order',
      customer_id: receipts[0]?.customerId,
      occurred_at: new Date('2026-06-01T10:00:00Z'),
      created_at: new Date(NOW),
    });
  });

  it('leaves null what was not sent, and properties an empty object', async () => {
    await stage.ingest([event('bare', names('user_id:bare'))]);
    expect(await readEvent('bare')).toMatchObject({
      text: null,
      amount: null,
      currency: null,
      item_id: null,
      properties: {},
    });
  });

  it('goes to the partition of its month, made when it is missing, the very old to the default one', async () => {
    await stage.ingest([
      event('late', names('user_id:months'), { occurredAt: '1997-03-31T23:59:59.999Z' }),
      event('ancient', names('user_id:months'), { occurredAt: '1950-01-01T00:00:00+01:00' }),
    ]);
    expect(await readEvent('late')).toMatchObject({ home: 'event_1997_03' });
    expect(await readEvent('ancient')).toMatchObject({ home: 'event_default' });
  });

  it('widens first and last seen and puts the customer in the log of changes', async () => {
    const at = (occurredAt: string, id: string) => event(id, names('user_id:seen'), { occurredAt });
    await stage.ingest([at('2026-03-02T00:00:00Z', 's1'), at('2026-03-01T00:00:00Z', 's2')]);
    await stage.ingest([at('2026-03-05T00:00:00Z', 's3'), at('2026-03-03T00:00:00Z', 's4')]);
    const id = await holderOf(stage.db, 'user_id:seen');
    const customers = await stage.db.query(
      sql`SELECT first_seen_at AS first, last_seen_at AS last FROM customer WHERE id = ${id}`,
    );
    expect(customers).toEqual([
      { first: new Date('2026-03-01T00:00:00Z'), last: new Date('2026-03-05T00:00:00Z') },
    ]);
    const changes = await stage.db.query(
      sql`SELECT created_at FROM customer_change WHERE customer_id = ${id}`,
    );
    expect(changes).toEqual([{ created_at: new Date(NOW) }, { created_at: new Date(NOW) }]);
  });
});

describe('a message id', () => {
  it('counts once: a replay is a duplicate of the same customer and changes nothing', async () => {
    const first = await stage.ingest([event('once', names('user_id:once'))]);
    const again = await stage.ingest([event('once', names('user_id:another'), { amount: 5 })]);
    expect(again).toEqual({
      receipts: [
        {
          messageId: 'once',
          status: 'DUPLICATE',
          customerId: first.receipts[0]?.customerId,
          error: null,
        },
      ],
      accepted: 0,
      duplicates: 1,
      rejected: 0,
    });
    expect(await readEvent('once')).toMatchObject({ amount: null });
    expect(await holderOf(stage.db, 'user_id:another')).toBeUndefined();
  });

  it('counts once within a call', async () => {
    const twice = event('twice', names('user_id:twice'));
    const { receipts } = await stage.ingest([twice, event('other', names('user_id:twice')), twice]);
    expect(receipts.map(({ status }) => status)).toEqual(['ACCEPTED', 'ACCEPTED', 'DUPLICATE']);
    expect(receipts[2]?.customerId).toBe(receipts[0]?.customerId);
    expect(await messagesOf(stage.db, receipts[0]?.customerId)).toEqual(['other', 'twice']);
  });

  it('is free again after a rejection, also within the call', async () => {
    const bad = event('retried', names('user_id:retried'), { amount: Number.NaN });
    const good = event('retried', names('user_id:retried'));
    const { receipts } = await stage.ingest([bad, good]);
    expect(receipts.map(({ status }) => status)).toEqual(['REJECTED', 'ACCEPTED']);
  });

  it('is one of its domain', async () => {
    const shared = event('shared', names('user_id:shared'));
    const retail = await stage.ingest([shared], 'retail');
    const finance = await stage.ingest([shared], 'finance');
    expect([retail.accepted, finance.accepted]).toEqual([1, 1]);
    expect(retail.receipts[0]?.customerId).not.toBe(finance.receipts[0]?.customerId);
  });
});

describe('a bad event', () => {
  const user = names('user_id:bad');
  const deep = JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`) as unknown;
  const cases: [string, object, string, string][] = [
    ['a blank message id', { messageId: ' ' }, 'messageId', 'BAD_INPUT'],
    ['a long message id', { messageId: 'm'.repeat(256) }, 'messageId', 'BAD_INPUT'],
    ['NUL in the message id', { messageId: 'a\0b' }, 'messageId', 'BAD_INPUT'],
    ['a blank type', { type: '' }, 'type', 'BAD_INPUT'],
    ['a lone surrogate in the type', { type: 'x\ud800' }, 'type', 'BAD_INPUT'],
    ['the year 0', { occurredAt: new Date('0000-01-01T00:00:00Z') }, 'occurredAt', 'BAD_INPUT'],
    ['the year 9999', { occurredAt: '9999-12-31T00:00:00Z' }, 'occurredAt', 'TOO_EARLY'],
    ['over a day ahead', { occurredAt: '2026-06-16T12:00:00.001Z' }, 'occurredAt', 'TOO_EARLY'],
    ['no instant', { occurredAt: 'yesterday' }, 'occurredAt', 'BAD_INPUT'],
    ['30 February', { occurredAt: '2026-02-30T00:00:00Z' }, 'occurredAt', 'BAD_INPUT'],
    ['no identities', { identities: [] }, 'identities', 'BAD_INPUT'],
    ['nobody', { identities: names('user_id:NULL', 'email: ') }, 'identities', 'BAD_INPUT'],
    ['properties that are a list', { properties: [] }, 'properties', 'BAD_INPUT'],
    [
      'properties over 1 MB',
      { properties: { a: 'x'.repeat(1_048_576) } },
      'properties',
      'TOO_LARGE',
    ],
    [
      '1 MB in fewer characters',
      { properties: { a: '很'.repeat(400_000) } },
      'properties',
      'TOO_LARGE',
    ],
    ['properties 5,000 deep', { properties: deep }, 'properties', 'BAD_INPUT'],
    ['NUL in properties', { properties: { a: ['\0'] } }, 'properties', 'BAD_INPUT'],
    ['half a pair in a property name', { properties: { '\udc00': 1 } }, 'properties', 'BAD_INPUT'],
    ['NUL in the text', { text: '\0' }, 'text', 'BAD_INPUT'],
    ['half a pair in the text', { text: 'a\ud83db' }, 'text', 'BAD_INPUT'],
    ['an endless amount', { amount: Number.POSITIVE_INFINITY }, 'amount', 'BAD_INPUT'],
    ['NUL in the item', { itemId: '\0' }, 'itemId', 'BAD_INPUT'],
  ];

  it.each(cases)(
    'with %s is rejected while the others go in',
    async (name, change, field, code) => {
      const before = event(`before ${name}`, user);
      const after = event(`after ${name}`, user);
      const { receipts, ...counts } = await stage.ingest([
        before,
        { ...event(`bad ${name}`, user), ...change },
        after,
      ]);
      expect(counts).toEqual({ accepted: 2, duplicates: 0, rejected: 1 });
      expect(receipts.map(({ status }) => status)).toEqual(['ACCEPTED', 'REJECTED', 'ACCEPTED']);
      expect(receipts[1]?.error).toMatchObject({ code });
      expect(receipts[1]?.error?.field?.slice(0, 3)).toEqual(['events', '1', field]);
      expect(receipts[1]?.customerId).toBeNull();
    },
  );

  it('points at the name that is malformed', async () => {
    const { receipts } = await stage.ingest([
      event('bad name', names('user_id:fine', 'email:a\0b')),
    ]);
    expect(receipts[0]?.error?.field).toEqual(['events', '0', 'identities', '1', 'value']);
  });

  it('may be just at the limits', async () => {
    const { accepted } = await stage.ingest([
      event('m'.repeat(255), user, { occurredAt: '2026-06-16T12:00:00Z' }),
      event('backslash', user, { properties: { a: '\\u0000 is text here' } }),
    ]);
    expect(accepted).toBe(2);
    expect(await readEvent('backslash')).toMatchObject({
      properties: { a: '\\u0000 is text here' },
    });
  });
});

describe('a call', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, n) => event(`many ${n}`, names(`user_id:many ${n % 700}`)));

  it('takes 1 to 5,000 events', async () => {
    await expect(stage.ingest([])).rejects.toMatchObject({ code: 'BAD_INPUT', field: ['events'] });
    await expect(stage.ingest(many(5_001))).rejects.toMatchObject({ code: 'TOO_LARGE' });
    const { accepted, receipts } = await stage.ingest(many(5_000));
    expect(accepted).toBe(5_000);
    expect(receipts.map(({ messageId }) => messageId)).toEqual(
      many(5_000).map(({ messageId }) => messageId),
    );
    expect(new Set(receipts.map(({ customerId }) => customerId)).size).toBe(700);
  });

  it('runs as many statements for 1,000 events as for 10', async () => {
    const count = async (size: number) => {
      let statements = 0;
      const counted = {
        ...stage,
        db: {
          ...stage.db,
          transaction: <T>(work: (tx: typeof stage.db) => Promise<T>) =>
            stage.db.transaction((tx) =>
              work(
                new Proxy(tx, {
                  get: (target, name: keyof typeof tx) => {
                    statements += 1;
                    return target[name];
                  },
                }) as typeof stage.db,
              ),
            ),
        },
      } as Stage;
      const events = Array.from({ length: size }, (_, n) =>
        event(`count ${size} ${n}`, names(`user_id:count ${size} ${n}`, `email:c${size} ${n}@x`)),
      );
      await ingestEvents(counted, actor, { domain: 'retail', events });
      return statements;
    };
    const few = await count(10);
    expect(few).toBeGreaterThan(5);
    expect(await count(1_000)).toBe(few);
  });

  it('needs a key that writes to the domain', async () => {
    const key = (role: Actor['role'], ...domains: string[]): Actor => ({
      id: 'key:1',
      role,
      domains,
    });
    const events = [event('keyed', names('user_id:keyed'))];
    await expect(
      ingestEvents(stage, key('reader', 'retail'), { domain: 'retail', events }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(
      ingestEvents(stage, key('writer', 'finance'), { domain: 'retail', events }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the domain of a call', () => {
  const key = (...domains: string[]): Actor => ({ id: 'key:1', role: 'writer', domains });
  const domainOf = async (messageId: string) =>
    (
      await stage.db.query<{ key: string }>(sql`
        SELECT key FROM event e JOIN domain d ON d.id = e.domain_id WHERE message_id = ${messageId}`)
    )[0]?.key;

  it('is made on first use', async () => {
    await stage.ingest([event('new domain', names('user_id:d'))], 'new-1');
    expect(await domainOf('new domain')).toBe('new-1');
  });

  it('is the only one of the key when it is left out', async () => {
    await ingestEvents(stage, key('insurance'), { events: [event('only', names('user_id:d'))] });
    expect(await domainOf('only')).toBe('insurance');
  });

  it('has to be named by a key for several', async () => {
    const events = [event('several', names('user_id:d'))];
    await expect(ingestEvents(stage, key('a', 'b'), { events })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: ['domain'],
    });
  });

  it('is `default` where there are none or several, and the only one where there is one', async () => {
    await ingestEvents(stage, actor, { events: [event('several there', names('user_id:d'))] });
    expect(await domainOf('several there')).toBe('default');
    const empty = await createStage();
    try {
      await empty.ingest([event('first', names('user_id:d'))], 'sole');
      await ingestEvents(empty, actor, { events: [event('second', names('user_id:d'))] });
      expect(await empty.db.query(sql`SELECT key FROM domain`)).toEqual([{ key: 'sole' }]);
    } finally {
      await empty.close();
    }
  });

  it.each(['', 'Retail', 'a b', '-x', 'x'.repeat(64), "x'"])('is not named %j', async (domain) => {
    await expect(
      stage.ingest([event('bad domain', names('user_id:d'))], domain),
    ).rejects.toMatchObject({ code: 'BAD_INPUT', field: ['domain'] });
  });
});
