import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { domainLanguage } from '../../../src/features/training/domain-language.ts';
import { buildPredictionRows } from '../../../src/features/training/prediction-rows.ts';
import type { RowsRequest } from '../../../src/features/training/request.ts';
import { buildTrainingRows } from '../../../src/features/training/rows.ts';
import { NOW } from '../events/harness.ts';
import { createRowsStage, type RowsStage, read } from './stage.ts';

const MAY = '2026-05-01T00:00:00Z';
const JUNE = '2026-06-01T00:00:00Z';

let stage: RowsStage;
const domains: Record<string, number> = {};
beforeAll(async () => {
  stage = await createRowsStage();
  const rows = await stage.db.query<{ id: number; key: string }>(
    sql`insert into domain (key) values ('retail'), ('finance') returning id, key`,
  );
  for (const { id, key } of rows) domains[key] = id;
});
beforeEach(() => stage.db.query(sql`truncate customer cascade`));
afterAll(() => stage.close());

interface Person {
  readonly domain?: string;
  /** The value of a trait that says their language. */
  readonly chose?: string;
  readonly wrote?: string;
  readonly seen?: string;
}

/** Customers who chose a language, wrote a text, or did neither; their ids. */
async function people(all: readonly Person[]): Promise<number[]> {
  const given = all.map(({ domain = 'retail', chose, wrote, seen = MAY }, index) => {
    return { index, domain: domains[domain], chose, wrote, seen };
  });
  const rows = await stage.db.query<{ id: number }>(sql`
    with given as (
      select *, nextval('customer_id_seq') as id
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
        as g (index int, domain int, chose text, wrote text, seen timestamptz)
    ), made as (
      insert into customer (id, domain_id, first_seen_at) select id, domain, seen from given
      returning id
    ), trait as (
      insert into trait_value (customer_id, origin_customer_id, name, value, source, at)
      select id, id, 'language', to_jsonb(chose), 'test', seen from given where chose is not null
    ), written as (
      insert into event (customer_id, origin_customer_id, domain_id, message_id, type, occurred_at, text)
      select id, id, domain, 'm' || id, 'review', seen, wrote from given where wrote is not null
    )
    select given.id from given join made on made.id = given.id order by given.index`);
  return rows.map(({ id }) => id);
}

const languageOf = (domain = 'retail', at = NOW) =>
  domainLanguage(stage.db, { id: domains[domain] ?? 0, key: domain }, new Date(at));

const times = (count: number, person: Person) => Array.from({ length: count }, () => person);

describe('the language of a domain', () => {
  it('is what most of those chose who chose one, and else what they write', async () => {
    await people([
      ...times(3, { chose: 'zh-CN', wrote: 'lovely' }),
      ...times(2, { wrote: 'awful' }),
    ]);
    expect(await languageOf()).toBe('zh');
    await people(times(2, { chose: 'fr', wrote: '很好' }));
    expect(await languageOf()).toBe('en');
    await people(times(2, { wrote: '太差了' }));
    expect(await languageOf()).toBe('zh');
  });

  it('is not asked of those who said nothing; where all say nothing it is English', async () => {
    await people(times(9, {}));
    expect(await languageOf()).toBe('en');
    await people([{ wrote: '很好' }, { wrote: '  ' }]);
    expect(await languageOf()).toBe('zh');
  });

  it('is its own: not that of another domain, of who was merged, or of later times', async () => {
    await people(times(3, { domain: 'finance', wrote: '很好' }));
    await people([{ wrote: 'lovely' }, ...times(2, { wrote: '很好', seen: JUNE })]);
    expect([await languageOf('finance'), await languageOf()]).toEqual(['zh', 'zh']);
    expect(await languageOf('retail', '2026-05-15T00:00:00Z')).toBe('en');
    await stage.db.query(sql`
      update customer set merged_into_id = (select min(id) from customer)
      where first_seen_at = ${JUNE}`);
    expect(await languageOf()).toBe('en');
  });

  it('is that of most, also in a domain of which only a sample is asked', async () => {
    // Far enough from a half (five standard errors of the sample) for either to be told.
    const share = fc.oneof(fc.constantFrom(0.42, 0.58), fc.constantFrom(0.1, 0.9));
    await fc.assert(
      fc.asyncProperty(share, fc.integer({ min: 2, max: 9 }), async (chinese, period) => {
        await stage.db.query(sql`truncate customer cascade`);
        // Both in turns and in runs: ids that go up in step with languages.
        const inTurns = (index: number) => ((index * period) % 3_000) / 3_000 < chinese;
        await people(
          Array.from({ length: 3_000 }, (_, index) => ({ chose: inTurns(index) ? 'zh' : 'en' })),
        );
        const [most] = await stage.db.query<{ language: string }>(sql`
          select value #>> '{}' as language from trait_value
          group by value order by count(*) desc limit 1`);
        expect(await languageOf()).toBe(most?.language);
      }),
      { numRuns: 6 },
    );
  }, 120_000);
});

describe('customers in words', () => {
  let ids: number[];
  beforeEach(async () => {
    ids = await people([{ wrote: '这家店很好' }, { wrote: 'a lovely shop' }, { chose: 'zh' }]);
    await stage.db.query(sql`
      insert into label (customer_id, domain_id, task, value, at, source)
      select id, ${domains.retail}, 'task', '"x"', ${JUNE}, 'test' from unnest(${ids}::int[]) as id`);
  });

  type Language = NonNullable<RowsRequest['language']>;
  const [zh, en] = ['零售客户', 'retail customer'];

  /** How each customer's text begins. */
  async function headsOf(kind: RowsRequest['task']['kind'] | 'asked now', language?: Language) {
    const request = await stage.request({
      ...{
        text: 'CUSTOMER',
        task: { kind: kind === 'asked now' ? 'CLASSIFY' : kind, labels: 'task' },
      },
      ...(language && { language }),
    });
    const rows =
      kind === 'asked now'
        ? await buildPredictionRows(stage, request, ids)
        : await read(buildTrainingRows(stage, request));
    return rows.map(({ text = '' }) => [zh, en].find((head = '?') => text.startsWith(head)));
  }

  it.each(['CLASSIFY', 'GENERATE', 'PRETRAIN', 'asked now'] as const)(
    'are all in the language of the request, and each in their own without one: %s',
    async (kind) => {
      expect(await headsOf(kind, 'zh')).toEqual([zh, zh, zh]);
      expect(await headsOf(kind, 'en')).toEqual([en, en, en]);
      expect(await headsOf(kind)).toEqual([zh, en, zh]);
    },
  );

  it('are in one language at both of the times that make a pair', async () => {
    await stage.db.query(sql`
      insert into event (customer_id, origin_customer_id, domain_id, message_id, type, occurred_at)
      select id, id, ${domains.retail}, 'later ' || id, 'order', ${JUNE} from unnest(${ids}::int[]) as id`);
    const request = await stage.request({
      text: 'CUSTOMER',
      task: { kind: 'EMBED' },
      language: 'en',
    });
    const rows = await read(buildTrainingRows(stage, request));
    expect(rows.length).toBeGreaterThan(0);
    for (const { text, label } of rows)
      expect([text, label]).toEqual([startsWith(en), startsWith(en)]);
  });
});

const startsWith = (head = '') => expect.stringMatching(new RegExp(`^${head}`));
