import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { createFakeClock } from '../../../src/clock.ts';
import { type Db, openDb } from '../../../src/db.ts';
import type { SegmentDeps } from '../../../src/features/segments/deps.ts';
import { ruleOf } from '../../../src/features/segments/rule/parse-rule.ts';
import { membersSql } from '../../../src/features/segments/sql/compile.ts';
import {
  refreshCustomers,
  refreshDue,
} from '../../../src/features/segments/store/refresh-customers.ts';
import { refreshSegments } from '../../../src/features/segments/store/refresh-segments.ts';
import { createLogger } from '../../../src/logger.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/db.ts';
import { AT, rawHistory } from './support/arbitrary-history.ts';
import { plainRule } from './support/arbitrary-rule.ts';
import { catalogs, prepareWorld, storeHistories } from './support/store-histories.ts';

let database: TestDatabase;
let db: Db;
let deps: SegmentDeps;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
  deps = {
    db,
    clock: createFakeClock(new Date(AT)),
    log: createLogger({ logLevel: 'silent', mode: 'test' }),
    catalogs,
  };
  await prepareWorld(db);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const HOUR = 3_600_000;

async function storedMembers(key: string): Promise<number[]> {
  const rows = await db.query<{ id: number }>(sql`
    select m.customer_id as id from segment_membership m join segment s on s.id = m.segment_id
    where s.key = ${key} and m.exited_at is null order by 1`);
  return rows.map((row) => row.id);
}

describe('members that are kept up to date', () => {
  it('by ticks and touched customers are those that a full evaluation gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rawHistory, { minLength: 6, maxLength: 6 }),
        fc.array(plainRule, { minLength: 4, maxLength: 4 }),
        fc.array(
          fc.record({
            hours: fc.integer({ min: 1, max: 24 * 9 }),
            touch: fc.integer({ min: 0, max: 5 }),
            type: fc.constantFrom('a', 'b'),
          }),
          { minLength: 4, maxLength: 4 },
        ),
        async (histories, rules, steps) => {
          const { domainId, ids } = await storeHistories(db, histories);
          // The last one uses the first: its members follow from the other's.
          const all = [...rules, ruleOf({ not: { segment: `r${domainId}-0` } })];
          for (const [i, rule] of all.entries())
            await db.query(
              sql`insert into segment (key, domain_id, name, kind, rule) values (${`r${domainId}-${i}`}, ${domainId}, 'r', 'RULE', ${JSON.stringify(rule)}::jsonb)`,
            );
          await refreshSegments(deps, {
            keys: all.map((_, i) => `r${domainId}-${i}`),
            at: new Date(AT),
          });
          let now = AT;
          for (const { hours, touch, type } of steps) {
            now += hours * HOUR;
            const customer = ids[touch] ?? 0;
            await db.query(sql`
              insert into event (customer_id, origin_customer_id, domain_id, message_id, occurred_at, type)
              values (${customer}, ${customer}, ${domainId}, gen_random_uuid(), ${new Date(now - HOUR / 2).toISOString()}::timestamptz, ${type})`);
            await db.transaction(async (tx) => {
              await refreshCustomers(deps, tx, [customer], new Date(now));
              await refreshDue(deps, tx, new Date(now), 1_000);
            });
            for (const [i, rule] of all.entries()) {
              const rows = await db.query<{ customer_id: number }>(
                membersSql(rule, { domainId, at: new Date(now), catalogs }),
              );
              const expected = rows.map((row) => row.customer_id).sort((a, b) => a - b);
              expect({
                rule,
                now: new Date(now),
                members: await storedMembers(`r${domainId}-${i}`),
              }).toEqual({ rule, now: new Date(now), members: expected });
            }
          }
          await db.query(sql`delete from segment where domain_id = ${domainId}`);
          await db.query(
            sql`delete from segment_transition where customer_id = any(${ids}::int4[])`,
          );
        },
      ),
      { numRuns: Number(process.env.CAMEO_FUZZ_RUNS ?? 15), endOnFailure: true },
    );
  }, 120_000);
});
