import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { createStage, type Stage } from '../../features/events/harness.ts';

const cli = fileURLToPath(new URL('../../../src/cli/import.ts', import.meta.url));
let stage: Stage;
let folder: string;

beforeAll(async () => {
  stage = await createStage();
  folder = mkdtempSync(join(tmpdir(), 'cameo-import-kill-'));
});

afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', cli, ...args], {
    env: { ...process.env, DATABASE_URL: stage.url, NODE_ENV: 'test' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => {
    output.out += text;
  });
  child.stderr.on('data', (text: Buffer) => {
    output.err += text;
  });
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  return { child, output, ended };
}

/** The checkpoint of the only import once it has come this far. */
async function reached(records: number): Promise<void> {
  for (;;) {
    const [row] = await stage.db.query<{ records: number }>(
      sql`SELECT records FROM import_checkpoint`,
    );
    if (row && row.records >= records) return;
    await pause(5);
  }
}

const RECORDS = 40_000;

function writeFile(): string {
  const lines = Array.from({ length: RECORDS }, (_, n) =>
    n % 4_000 === 1
      ? `r${n},,not a day`
      : `r${n},user ${n % 500},2026-0${1 + (n % 5)}-11T00:00:00Z`,
  );
  const file = join(folder, 'killed.csv');
  writeFileSync(
    file,
    `properties.row,identities.user_id,occurredAt,type\n${lines.map((line) => `${line},visit`).join('\n')}\n`,
  );
  return file;
}

describe('npm run import', () => {
  it('killed again and again loses and doubles nothing', async () => {
    const file = writeFile();
    for (const records of [1, 15_000, 25_000]) {
      const { child, ended } = start('events', file);
      await reached(records);
      child.kill('SIGKILL');
      expect((await ended)[1]).toBe('SIGKILL');
    }
    const { output, ended } = start('events', file);
    expect(await ended).toEqual([0, null]);
    expect(output.out).toMatch(/^resumed after record \d+\n40000 records: /);
    const rows = await stage.db.query(sql`
      SELECT count(*) AS events, count(DISTINCT properties->>'row') AS rows,
        count(DISTINCT customer_id) AS customers FROM event`);
    expect(rows).toEqual([{ events: RECORDS - 10, rows: RECORDS - 10, customers: 500 }]);
    const rejected = readFileSync(`${file}.rejected`, 'utf8').trim().split('\n');
    expect(rejected.map((line) => (JSON.parse(line) as { record: number }).record)).toEqual(
      Array.from({ length: 10 }, (_, n) => n * 4_000 + 2),
    );
    expect(await stage.db.query(sql`SELECT FROM import_checkpoint`)).toEqual([]);
  }, 180_000);

  it.each([
    [['--help'], 0, 'npm run import -- events FILE'],
    [[], 0, 'npm run import -- events FILE'],
    [['events', 'nowhere.csv'], 1, 'There is no file nowhere.csv'],
    [['things', 'x.csv'], 1, 'Say what to import'],
    [['events', 'x.csv', '--mapp', 'y'], 1, '--mapp'],
    [['events', 'x.csv', '--map', cli], 1, 'cannot be read'],
  ])('answers %j', async (args, code, text) => {
    const { output, ended } = start(...args);
    expect((await ended)[0]).toBe(code);
    expect(output.out + output.err).toContain(text);
  });
});
