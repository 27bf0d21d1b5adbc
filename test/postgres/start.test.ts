import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../../src/postgres/start.ts';

let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'cameo-start-'));
  chmodSync(dataDir, 0o755);
});

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('startPostgres', () => {
  it('makes a UTF-8, UTC database that only loopback can reach', async () => {
    const server = await start();
    expect(server.adopted).toBe(false);
    expect(
      await ask(server, 'SHOW server_encoding', 'SHOW timezone', 'SHOW listen_addresses'),
    ).toEqual(['UTF8', 'UTC', '127.0.0.1']);
    expect(await ask(server, "SELECT lower('ÄÖÜ')", 'SELECT current_database()')).toEqual([
      'äöü',
      'cameo',
    ]);
    await server.stop();
    expect(await answers(server)).toBe(false);
  });

  it('keeps the password where this user alone can read it, and asks for it', async () => {
    const server = await start();
    expect(statSync(join(dataDir, 'server.json')).mode & 0o777).toBe(0o600);
    const stranger = new pg.Client({ connectionString: withPassword(server.url, 'guess') });
    await expect(stranger.connect()).rejects.toThrow('password authentication failed');
    await server.stop();
  });

  it('keeps rows and the port from one run to the next', async () => {
    const first = await start();
    await ask(first, 'CREATE TABLE kept AS SELECT 7 AS n');
    await first.stop();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await ask(second, 'SELECT n FROM kept')).toEqual([7]);
    await second.stop();
  });

  it('takes another port when someone else sits on the last one', async () => {
    const first = await start();
    await first.stop();
    const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(squatter, 'listening');
    const second = await start();
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
    expect(await ask(second, 'SELECT 1')).toEqual([1]);
    await second.stop();
    squatter.close();
  });

  it('may be stopped twice', async () => {
    const server = await start();
    await server.stop();
    await server.stop();
    expect(await answers(server)).toBe(false);
  });
});

describe('startPostgres beside or after other processes', () => {
  it('adopts the server of a parent that was killed, and then stops it for good', async () => {
    const parent = await startInChild();
    await kill(parent.child);
    expect(await answers(parent)).toBe(true);
    const server = await start();
    expect(server).toMatchObject({ pid: parent.pid, adopted: true, url: parent.url });
    await server.stop();
    expect(await answers(parent)).toBe(false);
  });

  it('does not stop a server that another living process uses; the last to leave does', async () => {
    const parent = await startInChild();
    const guest = await start();
    expect(guest).toMatchObject({ pid: parent.pid, adopted: true });
    await guest.stop();
    expect(await answers(parent)).toBe(true);
    parent.child.stdin?.end();
    await once(parent.child, 'exit');
    expect(await answers(parent)).toBe(false);
  });

  it('knows a running server by whatever path it is asked for', async () => {
    const server = await start();
    const link = `${dataDir}-link`;
    symlinkSync(dataDir, link);
    const guest = await startPostgres({ dataDir: link });
    expect(guest).toMatchObject({ pid: server.pid, adopted: true });
    rmSync(link);
    await guest.stop();
    expect(await answers(server)).toBe(true);
    await server.stop();
    expect(await answers(server)).toBe(false);
  });

  it('leaves one server to two processes that start it at the same time', async () => {
    const [one, other] = await Promise.all([startInChild(), startInChild()]);
    expect(one.pid).toBe(other.pid);
    await Promise.all([kill(one.child), kill(other.child)]);
    await (await start()).stop();
  });

  it('recovers what was committed when the server itself is killed', async () => {
    const server = await start();
    await ask(server, 'CREATE TABLE survived AS SELECT 1 AS n');
    process.kill(server.pid, 'SIGKILL');
    const next = await start();
    expect(next.pid).not.toBe(server.pid);
    expect(await ask(next, 'SELECT n FROM survived')).toEqual([1]);
    await server.stop();
    await next.stop();
  });

  it('starts over a postmaster.pid whose pid has gone to another process', async () => {
    await (await start()).stop();
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid');
    writeFileSync(pidFile, `${process.pid}\n${dataDir}\n0\n5432\n\n127.0.0.1\n0 0\nready\n`);
    const server = await start();
    expect(server.adopted).toBe(false);
    expect(readFileSync(pidFile, 'utf8')).toMatch(new RegExp(`^${server.pid}\n`));
    await server.stop();
  });

  it('says what the server said when it does not start', async () => {
    const settings = { shared_buffers: 'plenty' };
    await expect(startPostgres({ dataDir, settings })).rejects.toThrow(
      /did not start.*invalid value for parameter "shared_buffers"/s,
    );
  });

  it('says which version made a cluster that it cannot read', async () => {
    const versionFile = join(dataDir, 'cluster', 'PG_VERSION');
    const version = readFileSync(versionFile);
    writeFileSync(versionFile, '17\n');
    await expect(start()).rejects.toThrow(/made by PostgreSQL 17 and this Cameo brings 18/);
    writeFileSync(versionFile, version);
    await (await start()).stop();
    expect(existsSync(join(dataDir, 'cluster', 'postmaster.pid'))).toBe(false);
  });
});

function start(): Promise<EmbeddedPostgres> {
  return startPostgres({ dataDir, settings: { fsync: 'off' } });
}

/** The first value of each statement. */
async function ask({ url }: { url: string }, ...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  // The tests kill servers under it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const values: unknown[] = [];
    for (const statement of statements) {
      const { rows } = await client.query(statement);
      values.push(Object.values(rows[0] ?? {})[0]);
    }
    return values;
  } finally {
    await client.end();
  }
}

type Parent = { child: ChildProcess; url: string; pid: number };

/** Starts the server in a process of its own, which stops it when its stdin ends. */
async function startInChild(): Promise<Parent> {
  const module = new URL('../../src/postgres/start.ts', import.meta.url).href;
  const script = `
    const { startPostgres } = await import('${module}');
    const server = await startPostgres({ dataDir: process.argv[1], settings: { fsync: 'off' } });
    process.stdout.write(JSON.stringify(server));
    process.stdin.resume().once('end', () => server.stop());`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, dataDir];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { child, ...JSON.parse(String(line)) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Whether anything listens where the server did. */
function answers({ url }: { url: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function withPassword(url: string, password: string): string {
  const address = new URL(url);
  address.password = password;
  return address.href;
}
