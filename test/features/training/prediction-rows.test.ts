import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { customerIdentify } from '../../../src/features/identity/customer-identify.ts';
import { customerMerge } from '../../../src/features/identity/customer-merge.ts';
import { buildPredictionRows } from '../../../src/features/training/prediction-rows.ts';
import { buildTrainingRows } from '../../../src/features/training/rows.ts';
import { actor, event, holderOf, NOW, names } from '../events/harness.ts';
import { createRowsStage, type RowsStage, read } from './stage.ts';

const DAY = 86_400_000;
let stage: RowsStage;
let ids: number[];
beforeAll(async () => {
  stage = await createRowsStage();
  const day = (n: number) => new Date(Date.parse(NOW) - n * DAY);
  for (const [index, who] of ['ann', 'bob', 'cat', 'dan'].entries()) {
    const identities = names(`user_id:${who}`);
    await customerIdentify(stage, actor, {
      domain: 'retail',
      identities,
      traits: { tier: who === 'bob' ? 'gold' : 'basic' },
      at: day(80),
    });
    await stage.ingest([
      event(`o-${who}`, identities, { occurredAt: day(10 + index), amount: 100 * index + 1 }),
      event(`c-${who}`, identities, { type: 'chat', occurredAt: day(12), text: `${who} was here` }),
    ]);
  }
  ids = (await Promise.all(
    ['ann', 'bob', 'cat', 'dan'].map((who) => holderOf(stage.db, `user_id:${who}`)),
  )) as number[];
  await stage.store.materialize();
});
afterAll(() => stage.close());

const rowsOf = async (text: 'EVENTS' | 'CUSTOMER' | 'NONE', customers = ids, at?: Date) =>
  buildPredictionRows(
    stage,
    await stage.request({ text, service: 'all', ...(at && { at }) }),
    customers,
  );

describe('a prediction row', () => {
  it.each(['EVENTS', 'CUSTOMER', 'NONE'] as const)(
    'is what a training row of the same instant would be: %s',
    async (text) => {
      const at = new Date(NOW);
      await stage.label(
        `same ${text}`,
        ['ann', 'bob', 'cat', 'dan'].map((who): [string, string, string] => [
          `user_id:${who}`,
          'x',
          NOW,
        ]),
      );
      const task = { kind: 'CLASSIFY', labels: `same ${text}` } as const;
      const trained = await read(
        buildTrainingRows(stage, await stage.request({ task, text, service: 'all', at })),
      );
      const now = await rowsOf(text);
      const then = await rowsOf(text, ids, at);
      const asked = ({
        group,
        at,
        text,
        features,
      }: (typeof trained)[number] | (typeof now)[number]) => ({
        group,
        at,
        text,
        features,
      });
      expect(now.map(asked)).toEqual(trained.map(asked));
      expect(then).toEqual(now);
    },
  );

  it('has hashes that stay while nothing happens, and change with the customer', async () => {
    const before = await rowsOf('CUSTOMER');
    stage.clock.set(new Date(Date.parse(NOW) + 3_600_000));
    expect((await rowsOf('CUSTOMER')).map(({ inputHash }) => inputHash)).toEqual(
      before.map(({ inputHash }) => inputHash),
    );
    await stage.ingest([
      event('new', names('user_id:bob'), { occurredAt: new Date(NOW), amount: 7 }),
    ]);
    await stage.store.materializeIncremental();
    const after = await rowsOf('CUSTOMER');
    const changed = after.map((row, index) => [
      row.inputHash !== before[index]?.inputHash,
      row.textHash !== before[index]?.textHash,
    ]);
    expect(changed).toEqual([
      [false, false],
      [true, true],
      [false, false],
      [false, false],
    ]);
    // A new day is a new input, for whoever reads how many days have passed.
    stage.clock.set(new Date(Date.parse(NOW) + 1.2 * DAY));
    const [next] = await rowsOf('NONE');
    expect(next?.inputHash).not.toBe((await rowsOf('NONE', ids, new Date(NOW)))[0]?.inputHash);
    stage.clock.set(new Date(NOW));
  });

  it('is there for living customers of the domain, once each, as they were asked for', async () => {
    await stage.ingest([event('far', names('user_id:eve'))], 'finance');
    const eve = (await holderOf(stage.db, 'user_id:eve', 'finance')) as number;
    await customerMerge(stage, actor, {
      domain: 'retail',
      into: { id: String(ids[0]) },
      from: { id: String(ids[3]) },
    });
    const [ann, bob, cat, dan] = ids as [number, number, number, number];
    const rows = await rowsOf('EVENTS', [cat, dan, eve, ann, cat, 999_999, bob]);
    expect(rows.map(({ customerId }) => customerId)).toEqual([cat, ann, bob]);
    expect(rows[1]?.text).toBe('dan was here\nann was here');
    expect(await rowsOf('EVENTS', [])).toEqual([]);
    const [{ n } = { n: -1 }] = await stage.db.query<{ n: number }>(
      sql`select count(*) as n from event where customer_id = ${ann}`,
    );
    expect(n).toBe(4);
  });
});
