import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { type Actor, systemActor } from '../../../src/auth.ts';
import { createFakeClock } from '../../../src/clock.ts';
import { authenticate } from '../../../src/features/access/authenticate.ts';
import { ensureDevKey } from '../../../src/features/access/dev-key.ts';
import { rememberKeys } from '../../../src/features/access/key-memory.ts';
import { createKey, listKeys, revokeKey } from '../../../src/features/access/manage-keys.ts';
import { openNotifications } from '../../../src/notifications.ts';
import { makeWorld, type World } from '../../jobs/world.ts';

let world: World;
const root = systemActor('test');
const retailAdmin: Actor = { id: 'key:0', role: 'admin', domains: ['retail'] };

beforeAll(async () => {
  world = await makeWorld(createFakeClock('2026-11-22T12:00:00.000Z'));
});
afterAll(() => world.end());

const make = (name: string) =>
  createKey(world, root, { name, role: 'reader', domains: ['retail'] });

describe('createKey', () => {
  it('stores the SHA-256 of the key and its beginning, never the key', async () => {
    const { key, record } = await make('shop window');
    expect(record).toMatchObject({ name: 'shop window', role: 'reader', domains: ['retail'] });
    expect(key.startsWith(`${record.prefix}_`)).toBe(true);
    const [row] = await world.db.query(sql`select * from api_key where id = ${record.id}`);
    expect(row).toMatchObject({ hash: createHash('sha256').update(key).digest('hex') });
    expect(JSON.stringify(row)).not.toContain(key.slice(record.prefix.length + 1));
  });

  it('makes a key that authenticates as an actor with its role and domains', async () => {
    const { key, record } = await make('till');
    const actor = { id: `key:${record.id}`, role: 'reader', domains: ['retail'] };
    expect(await authenticate(world.db, `Bearer ${key}`)).toEqual(actor);
    expect(await authenticate(world.db, key)).toEqual(actor);
    const everywhere = await createKey(world, root, { name: 'ops', role: 'admin' });
    expect(await authenticate(world.db, everywhere.key)).toMatchObject({
      role: 'admin',
      domains: 'all',
    });
  });

  it.each([
    ['a writer', { ...retailAdmin, role: 'writer' as const }, ['retail']],
    ['an admin of another domain', retailAdmin, ['finance']],
    ['an admin of one domain who asks for all', retailAdmin, []],
  ])('refuses %s', async (_, actor, domains) => {
    const attempt = createKey(world, actor, { name: 'more', role: 'reader', domains });
    await expect(attempt).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('refuses a key without a name', async () => {
    const attempt = createKey(world, root, { name: ' ', role: 'reader' });
    await expect(attempt).rejects.toMatchObject({ code: 'BAD_INPUT', field: ['name'] });
  });

  it('shows an admin of a domain the keys of that domain alone', async () => {
    await createKey(world, root, { name: 'bank', role: 'reader', domains: ['finance'] });
    await createKey(world, root, { name: 'all', role: 'reader' });
    const seen = await listKeys(world, retailAdmin);
    expect(new Set(seen.flatMap(({ domains }) => domains))).toEqual(new Set(['retail']));
    expect(seen.length).toBeGreaterThan(0);
  });
});

describe('authenticate', () => {
  it.each([undefined, '', 'Bearer', 'Bearer ', 'Bearer cameo_000000_unknown'])(
    'refuses %p',
    async (bearer) => {
      await expect(authenticate(world.db, bearer)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    },
  );

  it('refuses a revoked key, which stays in the list and in the audit log', async () => {
    const { key, record } = await make('stolen');
    await revokeKey(world, root, record.id);
    await expect(authenticate(world.db, key)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(revokeKey(world, root, record.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const listed = (await listKeys(world, root)).find(({ id }) => id === record.id);
    expect(listed?.revokedAt).toEqual(world.clock.now());
    const log = await world.db.query(sql`
      select actor, action, outcome from audit_log
      where (subject ->> 'id')::int = ${record.id} order by id`);
    expect(log).toEqual([
      { actor: 'test', action: 'keyCreate', outcome: 'ok' },
      { actor: 'test', action: 'keyRevoke', outcome: 'ok' },
    ]);
  });

  it('keeps when a key was last used', async () => {
    const { key, record } = await make('often');
    expect(record.lastUsedAt).toBeNull();
    await authenticate(world.db, key);
    const listed = (await listKeys(world, root)).find(({ id }) => id === record.id);
    expect(listed?.lastUsedAt).toBeInstanceOf(Date);
  });
});

describe('rememberKeys', () => {
  it('asks the database once, until the time is over', async () => {
    let now = 0;
    const memory = rememberKeys(world, world.hub, { ttlMs: 10, elapsed: () => now });
    const { key, record } = await make('busy');
    const actor = await memory.authenticate(key);
    // Without the notification that revokeKey sends, only time can tell.
    await world.db.query(sql`update api_key set revoked_at = now() where id = ${record.id}`);
    now = 9;
    expect(await memory.authenticate(key)).toEqual(actor);
    now = 10;
    await expect(memory.authenticate(key)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await memory.close();
  });

  it('forgets a key that another process revokes, long before the time is over', async () => {
    const hub = openNotifications(world.db, world.log);
    const memory = rememberKeys(world, hub, { elapsed: () => 0 });
    const witness = hub.subscribe('cameo_keys');
    await witness.next();
    const { key, record } = await make('leaked');
    await memory.authenticate(key);
    await revokeKey(world, root, record.id);
    expect((await witness.next()).value).toBe(String(record.id));
    await expect(memory.authenticate(key)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await memory.close();
    await hub.close();
  });
});

describe('ensureDevKey', () => {
  it('keeps one key in the home folder, for its owner alone', async () => {
    const home = mkdtempSync(join(tmpdir(), 'cameo-home-'));
    const [first, second] = await Promise.all([
      ensureDevKey(world, { home }),
      ensureDevKey(world, { home }),
    ]);
    expect(second).toBe(first);
    expect(statSync(join(home, 'dev-key')).mode & 0o777).toBe(0o600);
    expect(await authenticate(world.db, first)).toMatchObject({ role: 'admin', domains: 'all' });
    rmSync(home, { recursive: true });
  });

  it('takes a given key and revokes the one before', async () => {
    const home = mkdtempSync(join(tmpdir(), 'cameo-home-'));
    const before = await ensureDevKey(world, { home });
    const given = await ensureDevKey(world, { home, value: 'a-key-of-my-own-choice' });
    expect(given).toBe('a-key-of-my-own-choice');
    expect(await authenticate(world.db, given)).toMatchObject({ role: 'admin' });
    await expect(authenticate(world.db, before)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    rmSync(home, { recursive: true });
  });
});
