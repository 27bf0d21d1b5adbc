import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { segmentsOf } from '../../../src/features/segments/membership.ts';
import { segmentSave } from '../../../src/features/segments/save.ts';
import {
  refreshCustomers,
  refreshDue,
} from '../../../src/features/segments/store/refresh-customers.ts';
import { refreshSegments } from '../../../src/features/segments/store/refresh-segments.ts';
import { countStatements } from '../../helpers/statements.ts';
import { createWorld, DAY, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

describe('refreshes side by side', () => {
  it('neither wait in a circle nor count anybody twice', async () => {
    const { deps } = world;
    const ids: number[] = [];
    for (let i = 0; i < 20; i++) ids.push(await world.customer());
    await segmentSave(deps, world.actor, {
      key: 'a',
      rule: { event: { type: 'x', within: '7d' } },
    });
    await segmentSave(deps, world.actor, { key: 'b', rule: { not: { segment: 'a' } } });
    for (let round = 0; round < 5; round++) {
      for (const id of ids)
        if ((id + round) % 3 === 0) await world.event(id, 'x', -round * 3 * DAY);
      deps.clock.advance(3 * DAY);
      const at = deps.clock.now();
      await Promise.all([
        refreshSegments(deps, { at }),
        deps.db.transaction((tx) => refreshCustomers(deps, tx, ids, at)),
        deps.db.transaction((tx) => refreshCustomers(deps, tx, [...ids].reverse().slice(5), at)),
        deps.db.transaction((tx) => refreshDue(deps, tx, at, 10)),
        refreshSegments(deps, { at, keys: ['a'] }),
      ]);
      const open = await deps.db.query<{ stays: number }>(sql`
        select count(*) as stays from segment_membership where exited_at is null group by customer_id`);
      // Everybody is in exactly one of a segment and its complement.
      expect(open.map((row) => row.stays)).toEqual(ids.map(() => 1));
      const sizes = await deps.db.query<{ size: number; members: number }>(sql`
        select s.size, (select count(*) from segment_membership m where m.segment_id = s.id and m.exited_at is null) as members from segment s`);
      for (const { size, members } of sizes) expect(size).toBe(members);
    }
  });

  it('take the same number of statements to read the segments of one customer or many', async () => {
    const { db } = world.deps;
    const rows = await db.query<{ id: number }>(sql`select id from customer order by id`);
    const ids = rows.map((row) => row.id);
    const one = await countStatements(db, () => segmentsOf(db, world.actor, ids.slice(0, 1)));
    const many = await countStatements(db, () => segmentsOf(db, world.actor, ids));
    expect([one, many]).toEqual([2, 2]);
  });
});
