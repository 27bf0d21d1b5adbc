import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authenticate } from '../../../src/features/access/authenticate.ts';
import { makeWorld, type World } from '../../jobs/world.ts';

const script = fileURLToPath(new URL('../../../src/cli/keys.ts', import.meta.url));
const execute = promisify(execFile);
let world: World;

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.end());

async function keys(...args: string[]): Promise<string> {
  const env = { ...process.env, NODE_ENV: 'test', DATABASE_URL: world.url };
  const { stdout } = await execute(process.execPath, ['--import', 'tsx', script, ...args], { env });
  return stdout;
}

describe('npm run keys', () => {
  it('creates a key, prints it once, lists it without its secret and revokes it', async () => {
    const made = await keys('create', '--name', 'till 3', '--role', 'writer', '--domain', 'retail');
    const key = /cameo_\S+/.exec(made)?.[0] ?? '';
    const { id } = await authenticate(world.db, key);
    expect(id).toMatch(/^key:\d+$/);
    const listed = await keys('list');
    expect(listed).toContain('till 3');
    expect(listed).toMatch(/writer +retail +in force/);
    expect(listed).not.toContain(key);
    expect(await keys('revoke', id.slice('key:'.length))).toContain('Revoked');
    await expect(authenticate(world.db, key)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    [['create', '--name', 'x', '--role', 'king'], 'reader, writer or admin'],
    [['create'], '--name NAME'],
    [['revoke', 'all'], 'an id that "list" shows'],
    [['revoke', '999999'], 'No key in force has the id 999999'],
  ])('refuses %j in one line', async (args, message) => {
    const failure = (await keys(...args).catch((error) => error)) as {
      code: number;
      stderr: string;
    };
    expect(failure.code).toBe(1);
    expect(failure.stderr).toContain(message);
    expect(failure.stderr.trim().split('\n')).toHaveLength(1);
  });
});
