import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import {
  ImportBrokeOff,
  type ImportResult,
  importFile,
} from '../../../src/cli/import/import-file.ts';
import { type Mapping, mappingSchema } from '../../../src/cli/import/mapping-schema.ts';
import { explainFailure, summarise } from '../../../src/cli/import/report.ts';
import { actor, createStage, type Stage } from '../../features/events/harness.ts';

let stage: Stage;
let folder: string;

beforeAll(async () => {
  stage = await createStage();
  folder = mkdtempSync(join(tmpdir(), 'cameo-import-'));
});

afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

async function load(
  file: string,
  options: { domain: string; mapping?: Mapping; signal?: AbortSignal },
): Promise<ImportResult & { lines: string[] }> {
  const lines: string[] = [];
  const out = { write: (line: string) => lines.push(line) };
  const result = await importFile(stage, actor, { mapping: undefined, ...options, file, out });
  return { ...result, lines };
}

async function count(domain: string): Promise<number> {
  const [row] = await stage.db.query<{ count: number }>(sql`
    SELECT count(*) AS count FROM event e JOIN domain d ON d.id = e.domain_id WHERE d.key = ${domain}`);
  return row?.count ?? 0;
}

const readRejected = (file: string) =>
  readFileSync(`${file}.rejected`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { record: number; reason: string; data: unknown });

const line = (n: number, rest: object = {}) =>
  JSON.stringify({
    type: 'order',
    occurredAt: '2026-01-01T00:00:00Z',
    identities: [{ kind: 'user_id', value: `u${n % 50}` }],
    ...rest,
  });

describe('importFile', () => {
  it('takes in NDJSON, writes what it cannot store to .rejected, and doubles nothing', async () => {
    const file = write(
      'events.ndjson',
      `\ufeff${line(1)}\n\n{"type": \n[1]\n${line(5, { amount: 'x' })}\r\n${line(6, { messageId: 'own' })}`,
    );
    const result = await load(file, { domain: 'plain' });
    expect(result).toMatchObject({
      records: 6,
      accepted: 2,
      duplicates: 0,
      rejected: 3,
      skipped: {},
      finished: true,
      resumedAt: 0,
    });
    expect(readRejected(file)).toEqual([
      { record: 3, reason: expect.stringContaining('not JSON'), data: '{"type": ' },
      { record: 4, reason: 'not a JSON object', data: '[1]' },
      {
        record: 5,
        reason: 'amount: amount must be a finite number.',
        data: JSON.parse(line(5, { amount: 'x' })),
      },
    ]);
    expect(summarise(result)).toContain('2 events accepted, 0 there already, 3 rejected');
    expect(await load(file, { domain: 'plain' })).toMatchObject({
      accepted: 0,
      duplicates: 2,
      rejected: 3,
    });
    expect(readRejected(file)).toHaveLength(3);
    expect(await count('plain')).toBe(2);
  });

  it('takes in gzipped CSV by a mapping, in batches, with lines of progress', async () => {
    const rows = Array.from(
      { length: 12_000 },
      (_, n) => `${n},"user ${n % 40}",2026-01-0${1 + (n % 9)}`,
    );
    const file = write(
      'events.csv.gz',
      gzipSync(`id,user,day\n${rows.join('\n')}\n13000,,2026-01-01\nbad\n`),
    );
    const mapping = mappingSchema.parse({
      messageId: 'm{id}',
      type: 'visit',
      occurredAt: { value: '{day}' },
      identities: { user_id: '{user}' },
      skip: [{ when: { column: 'user', blank: true }, reason: 'no user' }],
    });
    const result = await load(file, { domain: 'mapped', mapping });
    expect(result).toMatchObject({
      records: 12_002,
      accepted: 12_000,
      rejected: 1,
      skipped: { 'no user': 1 },
    });
    expect(result.lines.at(-1)).toMatch(/^import 100% \| \d+ records\n$/);
    expect(await count('mapped')).toBe(12_000);
    const people = await stage.db.query(sql`
      SELECT FROM customer c JOIN domain d ON d.id = c.domain_id WHERE d.key = 'mapped'`);
    expect(people).toHaveLength(40);
  });

  it('leaves no .rejected file when all is well', async () => {
    const file = write('fine.jsonl', `${line(1)}\n`);
    writeFileSync(`${file}.rejected`, 'of an earlier import\n');
    await load(file, { domain: 'fine' });
    expect(existsSync(`${file}.rejected`)).toBe(false);
  });

  it('stops between batches when asked, and goes on from there', async () => {
    const lines = Array.from({ length: 11_000 }, (_, n) => (n % 1000 === 7 ? 'bad' : line(n)));
    const file = write('stopped.ndjson', lines.join('\n'));
    const first = await load(file, { domain: 'stopped', signal: AbortSignal.abort() });
    expect(first.finished).toBe(false);
    expect(first.records).toBeLessThan(11_000);
    expect(await count('stopped')).toBe(first.accepted);
    const second = await load(file, { domain: 'stopped' });
    expect(second).toMatchObject({
      finished: true,
      resumedAt: first.records,
      records: 11_000,
      accepted: 10_989,
      duplicates: 0,
      rejected: 11,
    });
    expect(readRejected(file).map(({ record }) => record)).toEqual(
      Array.from({ length: 11 }, (_, n) => n * 1000 + 8),
    );
    expect(await count('stopped')).toBe(10_989);
    expect(await stage.db.query(sql`SELECT FROM import_checkpoint`)).toEqual([]);
  });

  it('says that the disk is full, keeps what is in, and goes on when there is room again', async () => {
    const file = write('full.ndjson', Array.from({ length: 19_000 }, (_, n) => line(n)).join('\n'));
    // The error that PostgreSQL gives when it cannot extend a file, at the second batch.
    await stage.db.query(sql`
      CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF (SELECT count(*) FROM event_receipt r JOIN domain d ON d.id = r.domain_id
            WHERE d.key = 'full') > 10000 THEN
          RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device'
            USING ERRCODE = '53100';
        END IF;
        RETURN NULL;
      END $$`);
    await stage.db.query(sql`
      CREATE TRIGGER no_space AFTER INSERT ON event_receipt FOR EACH STATEMENT EXECUTE FUNCTION no_space()`);
    const failure = await load(file, { domain: 'full' }).catch((error: unknown) => error);
    if (!(failure instanceof ImportBrokeOff)) throw failure;
    expect(explainFailure(failure)).toBe(
      [
        'The import broke off after record 10000: could not extend file "base/1/2": No space left on device',
        'The disk of the database is full: free space on it.',
        'All records up to there are in, and nothing behind it is. Run the same command again to go on.',
      ].join('\n'),
    );
    expect(await count('full')).toBe(10_000);
    await stage.db.query(sql`DROP TRIGGER no_space ON event_receipt`);
    expect(await load(file, { domain: 'full' })).toMatchObject({
      resumedAt: 10_000,
      accepted: 19_000,
      duplicates: 0,
    });
    expect(await count('full')).toBe(19_000);
  });

  it('takes in what is sound of a file that was cut off, and says so', async () => {
    const whole = gzipSync(
      Array.from({ length: 30_000 }, (_, n) => line(n, { text: `${Math.sin(n)}` })).join('\n'),
    );
    const file = write('cut.ndjson.gz', whole.subarray(0, Math.floor(whole.length * 0.8)));
    const failure = await load(file, { domain: 'cut' }).catch((error: unknown) => error);
    if (!(failure instanceof ImportBrokeOff)) throw failure;
    expect(explainFailure(failure)).toContain('no whole gzip file');
    expect(await count('cut')).toBe(failure.done.records);
    expect(failure.done.records).toBeGreaterThanOrEqual(5_000);
  });

  it.each([
    ['empty.csv', '', 'The file is empty'],
    ['double.csv', 'type,type\n', 'two columns called "type"'],
    ['strange.csv', 'type,what\n1,2\n', 'columns that no event has: what'],
    ['unknown.txt', '', 'Cannot tell what'],
  ])('says what is wrong with %s', async (name, content, message) => {
    await expect(load(write(name, content), { domain: 'wrong' })).rejects.toThrow(message);
  });
});
