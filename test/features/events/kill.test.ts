import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { createStage, type Stage } from './harness.ts';

const writer = fileURLToPath(new URL('../../fixtures/ingest/writer.ts', import.meta.url));
let stage: Stage;

beforeAll(async () => {
  stage = await createStage();
});

afterAll(() => stage.close());

/** Lets a writer run until it has had this many calls acknowledged, then kills it; those calls. */
async function runAndKill(calls: number): Promise<number[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', writer, stage.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    acknowledged.push(Number(line));
    if (acknowledged.length >= calls) child.kill('SIGKILL');
  }
  if (child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return acknowledged;
}

async function readCounts() {
  // The killed process's transactions end when the server notices; nothing is counted before.
  await stage.db.query(sql`
    DO $$ BEGIN
      WHILE EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid())
      LOOP PERFORM pg_sleep(0.02); PERFORM pg_stat_clear_snapshot(); END LOOP;
    END $$`);
  return stage.db.query<{ call: number; events: number; distinct: number; receipts: number }>(sql`
    SELECT split_part(message_id, '-', 1)::int AS call, count(*) AS events,
      count(DISTINCT message_id) AS distinct,
      (SELECT count(*) FROM event_receipt r
        WHERE r.message_id LIKE split_part(min(e.message_id), '-', 1) || '-%') AS receipts
    FROM event e GROUP BY 1 ORDER BY 1`);
}

describe('a process killed in the middle of ingest', () => {
  it('has every acknowledged event stored once, and no call in part', async () => {
    const acknowledged = await runAndKill(7);
    const counts = await readCounts();
    for (const { events, distinct, receipts } of counts) {
      expect([events, distinct, receipts]).toEqual([100, 100, 100]);
    }
    const stored = counts.map(({ call }) => call);
    expect(stored).toEqual(expect.arrayContaining(acknowledged));
    // Its successor sends the same calls again and gets on from there.
    const again = await runAndKill(acknowledged.length + 10);
    const later = await readCounts();
    expect(later.map(({ call }) => call)).toEqual(expect.arrayContaining([...stored, ...again]));
    for (const { events, distinct, receipts } of later) {
      expect([events, distinct, receipts]).toEqual([100, 100, 100]);
    }
    const [customers] = await stage.db.query(sql`
      SELECT count(*) AS customers, count(DISTINCT i.value) AS names
      FROM customer c LEFT JOIN identity i ON i.customer_id = c.id`);
    expect(customers).toMatchObject({ customers: (customers as { names: number }).names });
  }, 120_000);
});
