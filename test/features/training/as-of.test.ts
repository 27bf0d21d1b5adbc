import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { buildTrainingRows } from '../../../src/features/training/rows.ts';
import { event, holderOf, names } from '../events/harness.ts';
import { createRowsStage, type RowsStage, read } from './stage.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const WHO = ['p0', 'p1', 'p2'];

interface Past {
  readonly who: number;
  readonly day: number;
  readonly kind: 'order' | 'chat' | 'tier' | 'label';
}

const past: fc.Arbitrary<Past[]> = fc.array(
  fc.record({
    who: fc.nat(WHO.length - 1),
    day: fc.nat(40),
    kind: fc.constantFrom('order', 'chat', 'tier', 'label'),
  }),
  { minLength: 8, maxLength: 40 },
);

let stage: RowsStage;
beforeAll(async () => {
  stage = await createRowsStage();
  // One by one: ids are in the order of WHO.
  for (const who of WHO) {
    const first = { type: 'visit', occurredAt: new Date(START - DAY) };
    await stage.ingest([event(who, names(`user_id:${who}`), first)]);
  }
});
afterAll(() => stage.close());

/** Puts a past into the database as it is; the newest label of a customer wins. */
async function write(all: readonly Past[], ids: readonly number[]): Promise<void> {
  await stage.db.query(sql`delete from event where type <> 'visit'`);
  await stage.db.query(sql`truncate trait_value, label`);
  const rows = all.map(({ who, day, kind }, index) => {
    return { index, kind, id: ids[who], at: new Date(START + day * DAY) };
  });
  const past = sql`json_to_recordset(${JSON.stringify(rows)}::json)
    as past(index int, kind text, id int, at timestamptz)`;
  await stage.db.query(sql`
    insert into trait_value (customer_id, origin_customer_id, name, value, source, at)
    select id, id, 'tier', to_jsonb('tier-' || index), 'test', at from ${past}
    where kind = 'tier' order by index`);
  await stage.db.query(sql`
    insert into label (customer_id, domain_id, task, value, at, source)
    select c.id, c.domain_id, 'task', to_jsonb(index), at, 'test'
    from ${past} join customer c using (id) where kind = 'label' order by index`);
  await stage.db.query(sql`
    insert into event (customer_id, origin_customer_id, domain_id, message_id, type, occurred_at,
      amount, text)
    select c.id, c.id, c.domain_id, 'm' || index, kind, at, index,
      case when kind = 'chat' then 'said-' || index end
    from ${past} join customer c using (id) where kind in ('order', 'chat') order by index`);
}

/** What a row must say, told from the past by hand. */
function expected(all: readonly Past[], who: number, until: number) {
  const numbered = all
    .map((each, index) => ({ ...each, index }))
    .filter((each) => each.who === who);
  const newest = (kind: Past['kind'], day: number) =>
    numbered
      .filter((each) => each.kind === kind && each.day <= day)
      .sort((a, b) => b.day - a.day || b.index - a.index);
  const [label] = newest('label', until);
  if (!label) return undefined;
  const { day } = label;
  return {
    label: label.index,
    orders: newest('order', day).length,
    spent: newest('order', day)
      .filter((order) => order.day >= day - 30)
      .reduce((so, order) => so + order.index, 0),
    said: newest('chat', day)
      .slice(0, 5)
      .map(({ index }) => `said-${index}`),
    tier: newest('tier', day)[0]?.index,
  };
}

describe('rows of any past', () => {
  it('say what was true at each label, and nothing of what came after', async () => {
    const ids = (await Promise.all(
      WHO.map((who) => holderOf(stage.db, `user_id:${who}`)),
    )) as number[];
    await fc.assert(
      fc.asyncProperty(past, fc.integer({ min: 10, max: 40 }), async (all, until) => {
        await write(all, ids);
        const request = await stage.request({
          task: { kind: 'REGRESS', labels: 'task' },
          text: 'CUSTOMER',
          service: 'all',
          at: new Date(START + until * DAY),
        });
        const rows = await read(buildTrainingRows(stage, { ...request }));
        const found = rows.map(({ label, features, text }) => ({
          label,
          orders: features?.[0] ?? 0,
          spent: features?.[1] ?? 0,
          said: text?.match(/said-\d+(?=")/g) ?? [],
          tier: Number(/tier-(\d+)/.exec(text ?? '')?.[1] ?? Number.NaN),
        }));
        const wanted = WHO.flatMap((_, who) => expected(all, who, until) ?? []);
        expect(found).toEqual(wanted.map((row) => ({ ...row, tier: row.tier ?? Number.NaN })));
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
