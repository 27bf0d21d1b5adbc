import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { type Db, openDb } from '../src/db.ts';
import { createLogger } from '../src/logger.ts';
import { type Notifications, openNotifications } from '../src/notifications.ts';
import { createTestDatabase, type TestDatabase } from './helpers/db.ts';

let database: TestDatabase;
let db: Db;
let hub: Notifications;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
  hub = openNotifications(db, createLogger({ logLevel: 'silent', mode: 'test' }));
});

afterAll(async () => {
  await hub.close();
  await db.close();
  await database.drop();
});

const notify = (channel: string, payload: string) =>
  db.query(sql`select pg_notify(${channel}, ${payload})`);

async function take(source: AsyncIterator<string>, count: number): Promise<unknown[]> {
  const items = [];
  for (let index = 0; index < count; index += 1) items.push((await source.next()).value);
  return items;
}

describe('openNotifications', () => {
  it('says when it listens, then gives every payload in order', async () => {
    const source = hub.subscribe('order_channel');
    expect(await take(source, 1)).toEqual(['']);
    await notify('order_channel', 'a');
    await notify('order_channel', 'b');
    expect(await take(source, 2)).toEqual(['a', 'b']);
    await source.return?.();
  });

  it('gives every subscriber of a channel the payload, and nobody else', async () => {
    const [one, two, other] = ['crowd', 'crowd', 'elsewhere'].map((name) => hub.subscribe(name));
    if (!one || !two || !other) throw new Error('three subscriptions were asked for');
    for (const source of [one, two, other]) await take(source, 1);
    await notify('crowd', 'x');
    await notify('elsewhere', 'y');
    expect(await Promise.all([one, two, other].map((source) => take(source, 1)))).toEqual([
      ['x'],
      ['x'],
      ['y'],
    ]);
  });

  it('ends a reader that waits when its subscription is given back', async () => {
    const source = hub.subscribe('left_alone');
    await take(source, 1);
    const waiting = source.next();
    await source.return?.();
    expect(await waiting).toEqual({ value: undefined, done: true });
  });

  it('throws away what a slow reader has not read, and tells it so', async () => {
    const slow = hub.subscribe('slow_reader');
    const fence = hub.subscribe('fence');
    await take(slow, 1);
    await take(fence, 1);
    await db.query(
      sql`select pg_notify('slow_reader', n::text) from generate_series(1, 257) n order by n`,
    );
    await notify('fence', 'all of them have arrived');
    await take(fence, 1);
    await notify('slow_reader', 'later');
    expect(await take(slow, 2)).toEqual(['', 'later']);
  });

  it('listens again after its connection was cut, and says that something may be missed', async () => {
    const source = hub.subscribe('cut_off');
    await take(source, 1);
    await db.query(sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen%'`);
    expect(await take(source, 1)).toEqual(['']);
    await notify('cut_off', 'back');
    expect(await take(source, 1)).toEqual(['back']);
  });
});
