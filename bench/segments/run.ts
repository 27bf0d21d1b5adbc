// Segments on 100,000 customers and 5 million events: 50 rules for everybody against hand-written SQL in
// the same run, again after 1,000 new events, one customer in memory, explanations and previews.
// node --import tsx bench/segments/run.ts [CUSTOMERS EVENTS [URL of an empty, migrated database]]
import sql from 'sql-template-tag';
import { systemActor } from '../../src/auth.ts';
import { createFakeClock } from '../../src/clock.ts';
import { openDb } from '../../src/db.ts';
import { emptyCatalog } from '../../src/features/segments/catalog.ts';
import type { SegmentDeps } from '../../src/features/segments/deps.ts';
import { explainMembership } from '../../src/features/segments/explain-membership.ts';
import { segmentPreview } from '../../src/features/segments/preview.ts';
import { membersSql } from '../../src/features/segments/sql/compile.ts';
import { refreshCustomers } from '../../src/features/segments/store/refresh-customers.ts';
import { refreshSegments } from '../../src/features/segments/store/refresh-segments.ts';
import { createLogger } from '../../src/logger.ts';
import { median, report, timed } from '../helpers/figures.ts';
import { withBenchDatabase } from '../ingest/database.ts';
import { oneCustomerInMemory } from './in-memory.ts';
import { PAIRS } from './rules.ts';
import { AT, fillWorld } from './world.ts';

const [customers = '100000', events = '5000000', given] = process.argv.slice(2);
const CUSTOMERS = Number(customers);
const EVENTS = Number(events);
const ROUNDS = 3;
/** Stands in each figure's name. */
const SIZE = `${CUSTOMERS} customers, ${EVENTS / 1e6}M events`;
const actor = systemActor('bench');

/** Milliseconds for each of the pairs: the compiled rule and the hand-written SQL, in turns. */
async function evaluateAll({ db, catalogs }: SegmentDeps, domainId: number) {
  const compiled = PAIRS.map(({ rule }) => membersSql(rule, { domainId, at: AT, catalogs }));
  const times = PAIRS.map(() => ({ ours: [] as number[], byHand: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, pair] of PAIRS.entries()) {
      const ours = compiled[i] ?? sql``;
      let sizes = [0, 0];
      times[i]?.ours.push(
        await timed(async () => {
          sizes[0] = (await db.query(ours)).length;
        }),
      );
      times[i]?.byHand.push(
        await timed(async () => {
          sizes[1] = (await db.query(pair.byHand(domainId))).length;
        }),
      );
      if (sizes[0] !== sizes[1])
        throw new Error(
          `${pair.kind}: ${sizes[0]} members, by hand ${sizes[1]}: ${JSON.stringify(pair.rule)}`,
        );
      sizes = [];
    }
  return times.map(({ ours, byHand }) => ({ ours: median(ours), byHand: median(byHand) }));
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

async function full(deps: SegmentDeps) {
  const big = await evaluateAll(deps, 1);
  const small = await evaluateAll(deps, 2);
  const ours = sum(big.map((t) => t.ours));
  const byHand = sum(big.map((t) => t.byHand));
  for (const kind of new Set(PAIRS.map((pair) => pair.kind))) {
    const own = big.filter((_, i) => PAIRS[i]?.kind === kind);
    console.log(
      `  ${kind}: ${Math.round(sum(own.map((t) => t.ours)))} ms, by hand ${Math.round(sum(own.map((t) => t.byHand)))} ms`,
    );
  }
  report({
    bench: `segments (${SIZE}): full evaluation of 50 rules, against hand-written SQL`,
    figure: `${(ours / byHand).toFixed(2)}x (${Math.round(ours)} ms to ${Math.round(byHand)} ms)`,
    bar: '<= 2x',
    met: ours <= 2 * byHand,
  });
  const growth = ours / sum(small.map((t) => t.ours));
  const growthByHand = byHand / sum(small.map((t) => t.byHand));
  report({
    bench: `segments (${SIZE}): the same on 4 times the events and customers`,
    figure: `${growth.toFixed(2)}x the time; by hand ${growthByHand.toFixed(2)}x`,
    bar: 'linear: <= 4.6x, or as by hand where the larger one leaves the cache',
    met: growth <= Math.max(4.6, growthByHand),
  });
}

async function saveAll({ db }: SegmentDeps) {
  for (const [i, { kind, rule }] of PAIRS.entries())
    await db.query(
      sql`insert into segment (key, domain_id, name, kind, rule) values (${`bench-${i}`}, 1, ${kind}, 'RULE', ${JSON.stringify(rule)}::jsonb)`,
    );
}

async function again(deps: SegmentDeps) {
  const first = await timed(() => refreshSegments(deps, { at: AT }));
  const next = new Date(AT.getTime() + 60_000);
  const everybody = await timed(() => refreshSegments(deps, { at: next }));
  console.log(
    `  first refresh ${Math.round(first)} ms, a second one ${Math.round(everybody)} ms, writing members and transitions`,
  );
  const later = new Date(next.getTime() + 1_000);
  const rows = await deps.db.query<{ id: number }>(sql`
    insert into event (domain_id, customer_id, origin_customer_id, message_id, type, occurred_at, amount, properties)
    select 1, c, c, 'new-' || c, (array['view', 'cart', 'order'])[1 + c % 3], ${later.toISOString()}::timestamptz, 60, '{}'
    from generate_series(1, ${CUSTOMERS}::int, ${Math.max(1, Math.floor(CUSTOMERS / 1_000))}::int) c limit 1000
    returning customer_id as id`);
  const ids = rows.map((row) => row.id);
  const touched = await timed(() =>
    deps.db.transaction((tx) => refreshCustomers(deps, tx, ids, later)),
  );
  const share = touched / everybody;
  report({
    bench: `segments (${SIZE}): again after 1,000 new events, 50 segments`,
    figure: `${(100 * share).toFixed(1)}% of a full refresh (${Math.round(touched)} ms)`,
    bar: '<= 5%',
    met: share <= 0.05,
  });
}

async function explanations(deps: SegmentDeps) {
  const times: number[] = [];
  for (let i = 0; i < 100; i++)
    times.push(
      await timed(() =>
        explainMembership(deps, actor, {
          customerId: 1 + i * 7,
          segmentKey: `bench-${i % PAIRS.length}`,
          at: AT,
        }),
      ),
    );
  const slowest = Math.max(...times);
  report({
    bench: `segments (${SIZE}): explainMembership`,
    figure: `${median(times).toFixed(1)} ms, slowest of 100 ${slowest.toFixed(1)} ms`,
    bar: '< 50 ms',
    met: slowest < 50,
  });
}

async function previews(deps: SegmentDeps) {
  const times: number[] = [];
  let estimated = 0;
  for (const { rule } of PAIRS)
    times.push(
      await timed(async () => {
        const preview = await segmentPreview(deps, actor, {
          rule,
          domain: 'bench-1',
          at: AT,
          compareWith: 'bench-0',
        });
        preview.sample(10);
        preview.entering(10);
        preview.leaving(10);
        await preview.overlap(['bench-0', 'bench-1']);
        if (preview.estimated) estimated++;
      }),
    );
  const slowest = Math.max(...times);
  report({
    bench: `segments (${SIZE}): segmentPreview with comparison and overlap`,
    figure: `${Math.round(median(times))} ms, slowest of 50 ${Math.round(slowest)} ms, ${estimated} estimated`,
    bar: '< 1 s',
    met: slowest < 1_000,
  });
}

async function main(url: string): Promise<void> {
  const db = openDb(url);
  const deps: SegmentDeps = {
    db,
    clock: createFakeClock(AT),
    log: createLogger({ logLevel: 'error', mode: 'production' }),
    catalogs: { features: emptyCatalog, predictions: emptyCatalog },
  };
  try {
    oneCustomerInMemory();
    console.log(
      `  filling ${CUSTOMERS} customers, ${EVENTS} events: ${Math.round((await timed(() => fillWorld(db, { customers: CUSTOMERS, events: EVENTS }))) / 1_000)} s`,
    );
    await full(deps);
    await saveAll(deps);
    await again(deps);
    await explanations(deps);
    await previews(deps);
  } finally {
    await db.close();
  }
}

if (given) await main(given);
else await withBenchDatabase(main);
