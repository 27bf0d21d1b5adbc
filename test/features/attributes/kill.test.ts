import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { isFinished } from '../../../src/features/jobs/run.ts';
import { enqueue } from '../../../src/jobs/queue.ts';
import { killOnceItSpeaks } from '../../helpers/killed-process.ts';
import { type AttributeWorld, attemptsOf, makeAttributeWorld, portrait } from './world.ts';

const script = fileURLToPath(new URL('./fixtures/attribute-process.ts', import.meta.url));
/** Four shards of two, the last of one. */
const TEXTS = [1, 2, 3, 4, 5, 6, 7].map((n) => (n === 4 ? 'mumbles 4' : `young ${n}`));

let world: AttributeWorld;
let customers: number[];
let version: number;
beforeEach(async () => {
  world = await makeAttributeWorld();
  customers = [];
  for (const text of TEXTS) customers.push(await world.author(text));
  version = await world.publish(portrait('18-24'));
});
afterEach(() => world.end());

/** The rows that the history of the view has, by customer; none before there is such a view. */
async function history(): Promise<{ id: number; at: Date }[]> {
  const [view] = await world.db.query<{ name: string | null }>(
    sql`select to_regclass('feature_store.attributes_v1')::text as name`,
  );
  if (!view?.name) return [];
  return world.db.query(sql`
    select k_customer_id as id, event_at as at from feature_store.attributes_v1 order by 1, 2`);
}

const idsOf = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id);

describe('a worker of attributes that is killed with -9', () => {
  it.each([
    ['asks the model', 'the first', 'asked', 2, 0],
    ['asks the model', 'a later', 'asked', 5, 4],
    ['has written without having committed', 'the first', 'written', 1, 0],
    ['has written without having committed', 'a later', 'written', 6, 4],
  ])(
    'while it %s in %s shard leaves the rest to another, everybody written once',
    async (...row) => {
      const [, , place, stopAt, before] = row;
      const { id } = await enqueue(world.db, world.jobs.refresh, {});
      const text = TEXTS[stopAt - 1] ?? '';
      const said = await killOnceItSpeaks(script, [world.url, world.home, text, place]);
      expect(said).toBe('reached');
      const left = await history();
      expect(idsOf(left)).toEqual(customers.slice(0, before));

      world.clock.set('2026-03-01T13:00:00Z');
      const worker = await world.work([world.jobs.refresh, world.jobs.predict]);
      await world.until(id, isFinished);
      const attempts = await attemptsOf(world, id);
      await worker.stop();
      expect(attempts).toEqual([1, 1, 1, 1].map((_, shard) => (shard === before / 2 ? 2 : 1)));
      // What was committed is as it was, and nobody is asked about twice.
      expect(world.asked.sort()).toEqual(TEXTS.slice(before).sort());
      expect((await history()).slice(0, before)).toEqual(left);
      expect(idsOf(await history())).toEqual(customers);
      for (const [index, customer] of customers.entries())
        expect(await world.features(customer)).toEqual(
          TEXTS[index]?.startsWith('young')
            ? [
                ['18-24', 'PRESENT'],
                [0.9, 'PRESENT'],
                [version, 'PRESENT'],
              ]
            : [
                [null, 'NULL_VALUE'],
                [0.4, 'PRESENT'],
                [version, 'PRESENT'],
              ],
        );

      await world.refresh();
      expect(idsOf(await history())).toEqual(customers);
    },
  );
});
