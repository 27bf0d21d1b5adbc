import { parseArgs } from 'node:util';
import sql from 'sql-template-tag';
import { systemActor } from '../../src/auth.ts';
import { startCameo } from '../../src/cameo.ts';
import { readConfig } from '../../src/config.ts';
import type { Deps } from '../../src/context.ts';
import type { EventInput } from '../../src/features/events/event-input.ts';
import { ingestEvents } from '../../src/features/events/ingest.ts';
import { createLogger } from '../../src/logger.ts';
import { median, report as reportFigure } from '../helpers/figures.ts';
import { withBenchDatabase } from './database.ts';
import { readRows, type Table, timeCopy } from './raw-copy.ts';
import { CALL, fillWorld, makeCall } from './world.ts';

const BAR = 0.35;
const KEY = 'bench-development-key';
const MUTATION = `mutation($input: EventsIngestInput!) { eventsIngest(input: $input) {
  accepted duplicates rejected receipts { messageId status customerId error { message } }
} }`;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    customers: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '9' },
  },
});

/**
 * `eventsIngest` over HTTP, and the function behind it in process, against raw COPY of the same rows,
 * turn about, into a database that is full.
 */
await withBenchDatabase(async (url) => {
  const config = readConfig({
    DATABASE_URL: url,
    ROLE: 'api',
    PORT: '0',
    CAMEO_SEED: '0',
    CAMEO_DEV_KEY: KEY,
  });
  const log = createLogger({ logLevel: 'warn', mode: 'test' });
  const cameo = await startCameo(config, log, new AbortController().signal);
  try {
    const { events, customers, rounds } = values;
    const api = cameo.api?.url ?? '';
    await run(cameo.services, api, Number(events), Number(customers), Number(rounds));
  } finally {
    await cameo.stop();
  }
});

/** Sends the call as a client would; the time from the first byte to the last. */
async function overHttp(api: string, events: readonly EventInput[]): Promise<number> {
  const body = JSON.stringify({
    query: MUTATION,
    variables: { input: { domain: 'bench', events } },
  });
  const start = performance.now();
  const response = await fetch(api, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body,
  });
  const text = await response.text();
  const taken = performance.now() - start;
  if (!text.includes(`"accepted":${CALL}`)) throw new Error(text.slice(0, 500));
  return taken;
}

async function run(
  deps: Deps,
  api: string,
  events: number,
  customers: number,
  rounds: number,
): Promise<void> {
  await fillWorld(deps, { events, customers });
  const times = {
    ...{ http: [] as number[], ingest: [] as number[] },
    ...{ same: [] as number[], event: [] as number[] },
  };
  for (let round = -2; round < rounds; round += 1) {
    const name = `round${round}`;
    const http = await overHttp(
      api,
      makeCall(customers, deps.clock.now(), `http${round}`, Math.random),
    );
    const call = makeCall(customers, deps.clock.now(), name, Math.random);
    const start = performance.now();
    await ingestEvents(deps, systemActor('bench'), { domain: 'bench', events: call });
    const ingest = performance.now() - start;
    const same = await timeRaw(deps, name, ['event_receipt', 'event', 'customer_change']);
    const event = await timeRaw(deps, name, ['event']);
    // The first two rounds warm up.
    if (round < 0) continue;
    times.http.push(http);
    times.ingest.push(ingest);
    times.same.push(same);
    times.event.push(event);
  }
  report(times, events, customers);
}

async function timeRaw(deps: Deps, name: string, tables: Table[]): Promise<number> {
  const rows = await readRows(deps.db, sql`message_id LIKE ${`${name}-%`}`);
  const taken = await timeCopy(deps.db, rows, tables);
  await deps.db.query(sql`DELETE FROM event_receipt WHERE message_id LIKE ${`raw-${name}-%`}`);
  await deps.db.query(sql`DELETE FROM event WHERE message_id LIKE ${`raw-${name}-%`}`);
  return taken;
}

function report(
  times: { http: number[]; ingest: number[]; same: number[]; event: number[] },
  events: number,
  customers: number,
): void {
  const ratio = (raw: number[], ours = times.ingest) =>
    median(ours.map((taken, round) => (raw[round] ?? Number.NaN) / taken));
  const rate = (milliseconds: number[]) => Math.round((CALL / median(milliseconds)) * 1000);
  const same = ratio(times.same);
  console.log(
    `ingestEvents in process, ${CALL} a call into ${events} events of ${customers} customers`,
  );
  console.log(`  ingestEvents                          ${rate(times.ingest)} events/s`);
  console.log(`  COPY event, event_receipt, customer_change  ${rate(times.same)} events/s`);
  console.log(`  COPY event alone                      ${rate(times.event)} events/s`);
  console.log(`  ratio to COPY of event alone:   ${ratio(times.event).toFixed(2)}`);
  const http = ratio(times.same, times.http);
  console.log(`  eventsIngest over HTTP                ${rate(times.http)} events/s`);
  reportFigure({
    bench: `eventsIngest over HTTP, ${CALL} a call into ${events} events`,
    figure: `${Math.round(http * 100)}% of raw COPY (the function alone ${Math.round(same * 100)}%)`,
    bar: `>= ${BAR * 100}%`,
    met: http >= BAR,
  });
}
