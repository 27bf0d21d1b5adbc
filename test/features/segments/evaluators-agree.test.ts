import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluate, evaluateWithNext } from '../../../src/features/segments/evaluate.ts';
import { viewOf } from '../../../src/features/segments/memory/view.ts';
import { leavesOf } from '../../../src/features/segments/rule/references.ts';
import type { Rule } from '../../../src/features/segments/rule/types.ts';
import { membersSql, statesSql } from '../../../src/features/segments/sql/compile.ts';
import { createWorld, type World } from '../../helpers/world.ts';
import { AT, momentNear, type RawHistory, rawHistory } from './support/arbitrary-history.ts';
import { anyRule } from './support/arbitrary-rule.ts';
import { inMemory } from './support/memory-history.ts';
import { catalogs, prepareWorld, storeHistories } from './support/store-histories.ts';

const RUNS = Number(process.env.CAMEO_FUZZ_RUNS ?? 60);
const RULES = 15;
const CUSTOMERS = 8;

interface State {
  customer_id: number;
  holds: boolean;
  next: Date | null;
}

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await prepareWorld(world.db);
});
afterAll(() => world.close());

const isOpaque = (rule: Rule) =>
  leavesOf(rule).some((leaf) => 'segment' in leaf || 'feature' in leaf || 'prediction' in leaf);

/** What the SQL says of each customer, in the order of `ids`. */
async function statesInSql(
  rule: Rule,
  domainId: number,
  ids: readonly number[],
  at: number,
  some: boolean,
) {
  const scope = { domainId, at: new Date(at), catalogs, customers: some ? ids : undefined };
  const members = await world.db.query<{ customer_id: number }>(membersSql(rule, scope));
  const states = await world.db.query<State>(statesSql(rule, scope));
  const inside = new Set(members.map((row) => row.customer_id));
  const state = new Map(states.map((row) => [row.customer_id, row]));
  return {
    strangers: [...inside, ...state.keys()].filter((id) => !ids.includes(id)),
    each: ids.map((id) => ({
      member: inside.has(id),
      holds: state.get(id)?.holds,
      next: state.get(id)?.next?.getTime(),
    })),
  };
}

/** A failure names the one rule and customer that it is about. */
function named(what: object, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${JSON.stringify(what)}`);
  }
}

function compare(
  rule: Rule,
  raw: RawHistory,
  at: number,
  inSql: { member: boolean; holds: boolean | undefined; next: number | undefined } | undefined,
) {
  const expected = evaluateWithNext(rule, viewOf(inMemory(raw, at)), new Date(at));
  expect({ member: inSql?.member, holds: inSql?.holds }).toEqual({
    member: expected.holds,
    holds: expected.holds,
  });
  if (inSql?.next !== undefined) expect(inSql.next).toBeGreaterThan(at);
  // SQL's bound may be earlier than the truth, never later.
  if (!isOpaque(rule) && expected.nextTransitionAt)
    expect(inSql?.next).toBeLessThanOrEqual(expected.nextTransitionAt.getTime());
}

describe('the two evaluators of segment rules', () => {
  it('agree on every customer, for random rules and histories', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rawHistory, { minLength: CUSTOMERS, maxLength: CUSTOMERS }),
        fc.array(fc.tuple(anyRule, fc.oneof(fc.constant(AT), momentNear(AT)), fc.boolean()), {
          minLength: RULES,
          maxLength: RULES,
        }),
        async (histories, questions) => {
          const { domainId, ids } = await storeHistories(world.db, histories);
          for (const [rule, at, some] of questions) {
            const { strangers, each } = await statesInSql(rule, domainId, ids, at, some);
            expect(strangers).toEqual([]);
            for (const [i, raw] of histories.entries())
              named({ rule, at: new Date(at), raw }, () => compare(rule, raw, at, each[i]));
          }
        },
      ),
      { numRuns: RUNS },
    );
  }, 540_000);

  it('count every living customer of the domain, and no other, in the complement', async () => {
    const { domainId, ids } = await storeHistories(world.db, [
      { events: [], traits: [], readings: {}, stays: [], due: [] },
      { events: [], traits: [], readings: {}, stays: [], due: [] },
    ]);
    await world.db.pool.query('update customer set merged_into_id = $1 where id = $2', [
      ids[0],
      ids[1],
    ]);
    const rule: Rule = { not: { event: { type: 'a' } } };
    const rows = await world.db.query<{ customer_id: number }>(
      membersSql(rule, { domainId, at: new Date(AT), catalogs }),
    );
    expect(rows).toEqual([{ customer_id: ids[0] }]);
    expect(
      evaluate(
        rule,
        inMemory({ events: [], traits: [], readings: {}, stays: [], due: [] }, AT),
        new Date(AT),
      ),
    ).toBe(true);
  });
});
