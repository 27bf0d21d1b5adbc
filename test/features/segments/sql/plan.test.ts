import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { ensureEventPartitions } from '../../../../src/features/events/partitions.ts';
import { emptyCatalog } from '../../../../src/features/segments/catalog.ts';
import { ruleOf } from '../../../../src/features/segments/rule/parse-rule.ts';
import { membersSql } from '../../../../src/features/segments/sql/compile.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await ensureEventPartitions(world.deps.db, '2024-01', '2024-02', '2024-03');
});
afterAll(() => world.close());

/** The plan of a rule as of NOON, on tables too small for an index to be worth it otherwise. */
async function planOf(rule: object, customers?: readonly number[]): Promise<string> {
  const catalogs = { features: emptyCatalog, predictions: emptyCatalog };
  const members = membersSql(ruleOf(rule), {
    domainId: 1,
    at: world.deps.clock.now(),
    catalogs,
    customers,
  });
  return world.deps.db.transaction(async (tx) => {
    await tx.query(sql`select set_config('enable_seqscan', 'off', true)`);
    const rows = await tx.query<{ 'QUERY PLAN': string }>(sql`explain ${members}`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
}

describe('the SQL of a rule', () => {
  it('reads only the months of its window, by type and time', async () => {
    const plan = await planOf({ event: { type: 'order', within: '7d' } });
    expect(plan).toContain('event_2024_03_domain_id_type_occurred_at');
    expect(plan).toContain('event_2024_02_domain_id_type_occurred_at');
    expect(plan).not.toContain('event_2024_01');
  });

  it('reads a few customers by their key', async () => {
    const plan = await planOf({ event: { type: 'order', within: '7d' } }, [1, 2]);
    expect(plan).toMatch(/event_2024_03_pkey|Index Cond: .*customer_id = ANY/);
  });

  it('computes each clause once, and the same clause once only', async () => {
    const clause = { event: { type: 'order', within: '7d' } };
    const plan = await planOf({
      or: [clause, { not: { and: [clause, { trait: { name: 'a', op: 'EXISTS' } }] } }],
    });
    expect(plan.match(/CTE leaf_\d+/g)).toEqual(['CTE leaf_0', 'CTE leaf_1']);
  });
});
