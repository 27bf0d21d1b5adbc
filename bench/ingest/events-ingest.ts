import { parseArgs } from 'node:util';
import sql from 'sql-template-tag';
import { systemActor } from '../../src/auth.ts';
import { systemClock } from '../../src/clock.ts';
import type { Deps } from '../../src/context.ts';
import { openDb } from '../../src/db.ts';
import { ingestEvents } from '../../src/features/events/ingest.ts';
import { createLogger } from '../../src/logger.ts';
import { withBenchDatabase } from './database.ts';
import { median } from './median.ts';
import { readRows, type Table, timeCopy } from './raw-copy.ts';
import { CALL, fillWorld, makeCall } from './world.ts';

const BAR = 0.35;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    customers: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '9' },
  },
});

/** `ingestEvents` against raw COPY of the same rows, turn about, into a database that is full. */
await withBenchDatabase(async (url) => {
  const db = openDb(url);
  const deps = { db, clock: systemClock, log: createLogger({ logLevel: 'warn', mode: 'test' }) };
  try {
    await run(deps, Number(values.events), Number(values.customers), Number(values.rounds));
  } finally {
    await db.close();
  }
});

async function run(deps: Deps, events: number, customers: number, rounds: number): Promise<void> {
  await fillWorld(deps, { events, customers });
  const times = { ingest: [] as number[], same: [] as number[], event: [] as number[] };
  for (let round = -2; round < rounds; round += 1) {
    const name = `round${round}`;
    const call = makeCall(customers, deps.clock.now(), name, Math.random);
    const start = performance.now();
    await ingestEvents(deps, systemActor('bench'), { domain: 'bench', events: call });
    const ingest = performance.now() - start;
    const same = await timeRaw(deps, name, ['event_receipt', 'event', 'customer_change']);
    const event = await timeRaw(deps, name, ['event']);
    // The first two rounds warm up.
    if (round < 0) continue;
    times.ingest.push(ingest);
    times.same.push(same);
    times.event.push(event);
  }
  report(times, events, customers, rounds);
}

async function timeRaw(deps: Deps, name: string, tables: Table[]): Promise<number> {
  const rows = await readRows(deps.db, sql`message_id LIKE ${`${name}-%`}`);
  const taken = await timeCopy(deps.db, rows, tables);
  await deps.db.query(sql`DELETE FROM event_receipt WHERE message_id LIKE ${`raw-${name}-%`}`);
  await deps.db.query(sql`DELETE FROM event WHERE message_id LIKE ${`raw-${name}-%`}`);
  return taken;
}

function report(
  times: { ingest: number[]; same: number[]; event: number[] },
  events: number,
  customers: number,
  rounds: number,
): void {
  const ratio = (raw: number[]) =>
    median(times.ingest.map((ingest, round) => (raw[round] ?? Number.NaN) / ingest));
  const rate = (milliseconds: number[]) => Math.round((CALL / median(milliseconds)) * 1000);
  const same = ratio(times.same);
  console.log(
    `ingestEvents in process, ${CALL} a call into ${events} events of ${customers} customers`,
  );
  console.log(`  ingestEvents                          ${rate(times.ingest)} events/s`);
  console.log(`  COPY event, event_receipt, customer_change  ${rate(times.same)} events/s`);
  console.log(`  COPY event alone                      ${rate(times.event)} events/s`);
  console.log(
    `  ratio to COPY of the same rows: ${same.toFixed(2)} (bar ${BAR}), median of ${rounds}`,
  );
  console.log(`  ratio to COPY of event alone:   ${ratio(times.event).toFixed(2)}`);
  if (same < BAR) process.exitCode = 1;
}
