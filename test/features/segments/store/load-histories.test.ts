import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { explain } from '../../../../src/features/segments/evaluate.ts';
import type { ClauseExplanation } from '../../../../src/features/segments/memory/explain.ts';
import { ruleOf } from '../../../../src/features/segments/rule/parse-rule.ts';
import { loadHistories } from '../../../../src/features/segments/store/load-histories.ts';
import { createWorld, type World } from '../../../helpers/world.ts';
import { AT, momentNear, rawHistory } from '../support/arbitrary-history.ts';
import { plainRule } from '../support/arbitrary-rule.ts';
import { inMemory } from '../support/memory-history.ts';
import { catalogs, prepareWorld, storeHistories } from '../support/store-histories.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await prepareWorld(world.db);
});
afterAll(() => world.close());

const DAY = 86_400_000;

/** Without ids: those in the database are its own. */
const bare = ({ events, clauses, ...rest }: ClauseExplanation): object => ({
  ...rest,
  events: events.map(({ type, occurredAt }) => ({ type, occurredAt })),
  clauses: clauses.map(bare),
});

describe('loadHistories', () => {
  it('leaves out nothing that a rule can see, now or later', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rawHistory, { minLength: 3, maxLength: 3 }),
        fc.array(plainRule, { minLength: 1, maxLength: 4 }),
        momentNear(AT),
        fc.array(momentNear(AT), { minLength: 3, maxLength: 3 }),
        async (histories, rules, since, moments) => {
          const { ids } = await storeHistories(world.db, histories);
          const { histories: loaded } = await world.db.transaction((tx) =>
            loadHistories(tx, catalogs, rules, ids, new Date(AT), new Date(since)),
          );
          for (const at of [since, ...moments.filter((moment) => moment > since)])
            for (const rule of rules)
              for (const [i, raw] of histories.entries()) {
                const history = loaded.get(ids[i] ?? 0);
                if (!history) throw new Error('A customer has no history');
                expect(bare(explain(rule, history, new Date(at)))).toEqual(
                  bare(explain(rule, inMemory(raw, AT), new Date(at))),
                );
              }
        },
      ),
      { numRuns: Number(process.env.CAMEO_FUZZ_RUNS ?? 60), endOnFailure: true },
    );
  }, 120_000);

  it('reads what windows and edges need of a long history, each event once', async () => {
    const ages = [0, 3, 10, 40, 100, 200, 400];
    const event = (type: string, age: number) => ({
      ...{ type, occurredAt: AT - age * DAY, amount: age, currency: null, itemId: null },
      ...{ text: `${age} days ago`, properties: { x: age } },
    });
    const events = ages.flatMap((age) => ['a', 'b'].map((type) => event(type, age)));
    const quiet = events.filter(({ occurredAt }) => occurredAt < AT - 50 * DAY);
    const rest = { traits: [], readings: {}, stays: [], due: [] };
    const { ids } = await storeHistories(world.db, [
      { events, ...rest },
      { events: quiet, ...rest },
    ]);
    const rules = [
      { event: { type: 'a', within: '10d' } },
      { event: { type: 'a', within: '5d', first: true } },
      { last: { type: 'a', has: [{ name: 'amount', op: 'GTE', value: 1 }] } },
      {
        last: {
          type: 'a',
          where: [{ name: 'x', op: 'GT', value: 10 }],
          has: [{ name: 'x', op: 'EQ', value: 40 }],
        },
      },
    ].map((rule) => ruleOf(rule));
    const { histories } = await world.db.transaction((tx) =>
      loadHistories(tx, catalogs, rules, ids, new Date(AT)),
    );
    const seen = ids.map((id) =>
      histories.get(id)?.events.map(({ type, amount, text }) => `${type} ${amount} ${text ?? '-'}`),
    );
    expect(seen).toEqual([
      ['a 400 -', 'a 40 -', 'a 10 -', 'a 3 -', 'a 0 -'],
      ['a 400 -', 'a 100 -'],
    ]);
  });
});
