import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerSet } from '../../../src/features/training/answer-set.ts';
import { buildTrainingRows } from '../../../src/features/training/rows.ts';
import { labelledSubjects } from '../../../src/features/training/subjects.ts';
import { event, holderOf, names } from '../events/harness.ts';
import { createRowsStage, type RowsStage, read } from './stage.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const END = new Date('2026-06-01T00:00:00Z');
const task = { kind: 'GENERATE' as const, labels: 'next_behaviour' };

/** What each person did, by the day. */
const lives = fc.sample(
  fc.array(fc.tuple(fc.integer({ min: 0, max: 90 }), fc.constantFrom('order', 'page_view')), {
    minLength: 1,
    maxLength: 8,
  }),
  { numRuns: 40, seed: 7 },
);

let stage: RowsStage;
beforeAll(async () => {
  stage = await createRowsStage();
  await stage.ingest(
    lives.flatMap((life, who) =>
      life.map(([day, type], i) =>
        event(`${who}-${i}`, names(`user_id:p${who}`), {
          ...{ type, occurredAt: new Date(START + day * DAY) },
          ...(type === 'order' && { properties: { category: `shelf ${who % 3}` } }),
        }),
      ),
    ),
  );
});
afterAll(() => stage.close());

async function subjects(at = END) {
  const all = [];
  for await (const page of labelledSubjects(stage, await stage.request({ task, at })))
    all.push(...page);
  return all;
}

/** The people's days and what they did on them, in the order of the customers' ids. */
async function peopleByCustomer() {
  const entries = lives.map(async (life, who) => {
    const customer = await holderOf(stage.db, `user_id:p${who}`);
    const days = life.map(([day, type], i) => ({ at: START + day * DAY, type, i }));
    return [customer, { who, days: days.toSorted((a, b) => a.at - b.at || a.i - b.i) }] as const;
  });
  return new Map(await Promise.all(entries));
}

describe('what customers did next', () => {
  it('is the first thing after an instant between the first event and the last', async () => {
    const people = await peopleByCustomer();
    const found = await subjects();
    const moving = [...people].filter(([, { days }]) => days[0]?.at !== days.at(-1)?.at);
    expect(found.map(({ customerId }) => customerId)).toEqual(
      moving.map(([customer]) => customer).sort((a, b) => Number(a) - Number(b)),
    );
    for (const { customerId, at, label } of found) {
      const { who, days } = people.get(customerId) as { who: number; days: { at: number }[] };
      const next = days.find((day) => day.at > at) as { at: number; type: string };
      const sameDay = (days as (typeof next)[]).filter((day) => day.at === next.at);
      expect(at).toBeGreaterThanOrEqual(days[0]?.at as number);
      const told = ({ type }: typeof next) =>
        type === 'order' ? `order, shelf ${who % 3}` : 'page view';
      expect(sameDay.map(told)).toContain(label?.value);
    }
    // Not always the same share of a life.
    const shares = found.map(({ customerId, at }) => {
      const { days } = people.get(customerId) as { days: { at: number }[] };
      const [first, last] = [days[0]?.at as number, days.at(-1)?.at as number];
      return (at - first) / (last - first);
    });
    expect(Math.min(...shares)).toBeLessThan(0.3);
    expect(Math.max(...shares)).toBeGreaterThan(0.7);
  });

  it('is the same whenever it is asked, and nothing that comes later changes it', async () => {
    expect(await subjects()).toEqual(await subjects(new Date('2026-07-01T00:00:00Z')));
    const earlier = await subjects(new Date(START + 30 * DAY));
    for (const { at } of earlier) expect(at).toBeLessThan(START + 30 * DAY);
    expect(earlier.length).toBeLessThan((await subjects()).length);
  });

  it('is written freely, from what was known before it', async () => {
    const { domain } = await stage.request({});
    expect(await answerSet(stage, domain, task.labels, END, 'auto')).toEqual({
      ...{ labels: [], several: false },
    });
    const set = await answerSet(stage, domain, task.labels, END, 'label');
    expect(set.labels).toContain('page view');
    const request = await stage.request({ task, text: 'CUSTOMER', at: END });
    const rows = await read(buildTrainingRows(stage, request));
    expect(rows).toHaveLength((await subjects()).length);
    for (const { id, group, text } of rows) {
      expect(id).toBe(`customer:${group}`);
      expect(text).toMatch(/did: (order|page view)/);
    }
  });

  it('gives way to labels that somebody imported', async () => {
    await stage.label('next_behaviour', [['user_id:p0', 'moves away', '2026-05-01T00:00:00Z']]);
    const found = await subjects();
    expect(found.map(({ label }) => label?.value)).toEqual(['moves away']);
  });
});
