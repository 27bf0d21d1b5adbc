import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { attributesOf } from '../../../src/features/attributes/attributes.ts';
import { type AttributeWorld, makeAttributeWorld, portrait } from './world.ts';

let world: AttributeWorld;
let [ann, bob] = [0, 0];
let version = 0;

beforeAll(async () => {
  world = await makeAttributeWorld();
  ann = await world.author('young and sporty');
  bob = await world.author('mumbles');
  version = await world.publish(portrait('18-24'));
  await world.refresh();
});
afterAll(() => world.end());

describe('a label about a customer', () => {
  it('speaks in the model’s place, the newest one; one about a text, or of a time to come, does not', async () => {
    const label = async (
      task: string,
      value: string,
      at: string,
      messageId: string | null = null,
    ) =>
      world.db.query(sql`
        insert into label (customer_id, domain_id, task, message_id, value, at, source, created_at)
        select id, domain_id, ${task}, ${messageId}, ${JSON.stringify(value)}::jsonb, ${at}, 'desk', ${at}
        from customer where id = ${ann}`);
    await label('age_band', '65+', '2026-02-03T00:00:00Z', 'message 1');
    await label('age_band', 'never', '2027-01-01T00:00:00Z');
    const [[before] = []] = await attributesOf(world, [ann], ['age_band']);
    expect(before).toMatchObject({ value: '18-24', source: 'MODEL', confidence: 0.9 });
    await label('age_band', '35-44', '2026-02-02T00:00:00Z');
    await label('age_band', '45-54', '2026-02-01T00:00:00Z');
    const [[after] = [], [none] = []] = await attributesOf(world, [ann, bob], ['age_band']);
    expect(after).toEqual({
      ...{ customerId: ann, name: 'age_band', value: '35-44', unknown: false, confidence: null },
      ...{ source: 'LABEL', versionId: version, at: new Date('2026-02-02T00:00:00Z') },
    });
    expect(none?.source).toBe('MODEL');
  });

  it('speaks also of who has no prediction', async () => {
    const [{ id = 0 } = {}] = await world.db.query<{ id: number }>(sql`
      insert into customer (domain_id) select domain_id from customer where id = ${ann} returning id`);
    await world.db.query(sql`
      insert into label (customer_id, domain_id, task, value, at, source, created_at)
      select id, domain_id, 'age_band', '"25-34"', '2026-02-01', 'desk', '2026-02-01'
      from customer where id = ${id}`);
    const [own = []] = await attributesOf(world, [id]);
    expect(own.map(({ name, value, source }) => [name, value, source])).toEqual([
      ['age_band', '25-34', 'LABEL'],
    ]);
  });
});
