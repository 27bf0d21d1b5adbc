// Training rows of 100,000 labels: 40 features as of each label by the historical join, and the
// customer's text as of then, masked. Each label is another customer's.
import sql from 'sql-template-tag';
import { createFakeClock } from '../../src/clock.ts';
import type { Db } from '../../src/db.ts';
import { lifecycle } from '../../src/features/definitions/lifecycle.ts';
import { purchases } from '../../src/features/definitions/purchases.ts';
import { rfm } from '../../src/features/definitions/rfm.ts';
import { featureService } from '../../src/features/store/index.ts';
import { createFeatureStore } from '../../src/features/store/store.ts';
import { featureColumns } from '../../src/features/training/columns.ts';
import type { RowsRequest } from '../../src/features/training/request.ts';
import { buildTrainingRows } from '../../src/features/training/rows.ts';
import { createLogger } from '../../src/logger.ts';
import { report } from '../helpers/figures.ts';
import { addEvents, NOW, size, withDatabase } from '../store/setup.ts';

const LABELS = size('labels', 100_000);
const EVENTS = size('events', 1_000_000);
const TEXTS = size('texts', 200_000);
const FEWEST = 500;

const service = featureService('bench', [
  rfm,
  purchases,
  lifecycle.pick(
    'tenure_days',
    'inactive_days',
    'events_total',
    'events_30d',
    'events_90d',
    'events_365d',
    'event_types_90d',
    'momentum',
    'first_event_at',
    'last_event_at',
  ),
]);

await withDatabase(async (db) => {
  await fill(db);
  const clock = createFakeClock(NOW);
  const store = createFeatureStore({ db, clock, definitions: [service], print: () => {} });
  await store.apply();
  const deps = { db, clock, store, log: createLogger({ logLevel: 'silent', mode: 'test' }) };
  const columns = await featureColumns(deps, 'bench');
  const request = {
    domain: { id: 1, key: 'retail' },
    task: { kind: 'CLASSIFY', labels: 'bench' },
  } as const;
  const measure = (over: Pick<RowsRequest, 'text' | 'service'>) =>
    draw(deps, { ...request, ...over });
  const features = await measure({ text: 'NONE', service: 'bench' });
  const texts = await measure({ text: 'CUSTOMER' });
  const both = await measure({ text: 'CUSTOMER', service: 'bench' });
  report({
    bench: `training rows, ${LABELS} labels, ${columns.length} features and customer text`,
    figure: `${both.perSecond} rows/s (features alone ${features.perSecond}, texts alone ${texts.perSecond})`,
    bar: `>= ${FEWEST} rows/s`,
    met: both.perSecond >= FEWEST,
  });
  report({
    bench: 'training rows, peak memory of the process',
    figure: `${both.megabytes} MB`,
    bar: '< 500 MB',
    met: both.megabytes < 500,
  });
});

async function draw(deps: Parameters<typeof buildTrainingRows>[0], request: RowsRequest) {
  const start = performance.now();
  const rows = buildTrainingRows(deps, request);
  let megabytes = 0;
  let count = 0;
  for await (const row of rows) {
    if (row.label === null) throw new Error('A labelled row without its label.');
    count += 1;
    if (count % 1000 === 0)
      megabytes = Math.max(megabytes, Math.round(process.memoryUsage.rss() / 2 ** 20));
  }
  if (count !== LABELS) throw new Error(`${count} rows of ${LABELS} labels.`);
  return { perSecond: Math.round((count / (performance.now() - start)) * 1000), megabytes };
}

/** Orders and visits over two years, some of them with a text; traits, names and a label of everybody. */
async function fill(db: Db): Promise<void> {
  await addEvents(db, LABELS, EVENTS);
  await db.query(sql`
    insert into event (customer_id, occurred_at, domain_id, origin_customer_id, message_id, type, text,
      properties, created_at)
    select c, at, 1, c, 't' || n, 'review', 'I bought this for my sister and she loves it. Call me on '
      || '+1 415 555 01' || lpad((n % 100)::text, 2, '0') || ' if the ' || (array['shoes', 'coat', 'lamp',
      'phone', 'book'])[1 + n % 5] || ' is back in size ' || (n % 40) || '. 质量很好，下次还会来！',
      '{"channel": "app"}'::jsonb, at
    from (select n, 1 + (n::int8 * 7919 % ${LABELS}::int)::int as c,
        ${NOW}::timestamptz - random() * interval '730 days' as at
      from generate_series(1, ${TEXTS}::int) n) made`);
  await db.query(sql`
    insert into trait_value (customer_id, origin_customer_id, name, value, source, at)
    select id, id, name, to_jsonb(value), 'bench', ${NOW}::timestamptz - interval '3 years'
    from customer, lateral (values ('name', 'Emma Reed ' || id), ('city', 'Berlin'), ('tier', 'gold'),
      ('interests', 'books'), ('signupChannel', 'search')) as trait(name, value)`);
  await db.query(sql`
    insert into identity (domain_id, kind, value, customer_id, origin_customer_id)
    select 1, kind, kind || '-' || id || '@mail.example', id, id
    from customer, unnest(array['email', 'user_id']) kind`);
  await db.query(sql`
    insert into label (customer_id, domain_id, task, value, at, source)
    select id, 1, 'bench', to_jsonb('class-' || (id % 5)),
      ${NOW}::timestamptz - (id % 365) * interval '1 day', 'bench' from customer`);
  await db.pool.query('vacuum analyze event, trait_value, identity, label, customer');
}
