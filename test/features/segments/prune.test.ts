import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { segmentsOf } from '../../../src/features/segments/membership.ts';
import { segmentSave } from '../../../src/features/segments/save.ts';
import { pruneSegmentChanges } from '../../../src/features/segments/store/prune.ts';
import { createWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

describe('pruneSegmentChanges', () => {
  it('forgets old changes and keeps the stays', async () => {
    const { deps, actor } = world;
    const id = await world.customer();
    await world.event(id, 'x');
    await segmentSave(deps, actor, { key: 'a', rule: { event: { type: 'x' } } });
    expect(await pruneSegmentChanges(deps.db, new Date(0))).toBe(0);
    const [row] = await deps.db.query<{ later: Date }>(
      sql`select max(created_at) + interval '1 second' as later from segment_change`,
    );
    expect(await pruneSegmentChanges(deps.db, row?.later ?? new Date(0))).toBe(1);
    expect(await pruneSegmentChanges(deps.db, row?.later ?? new Date(0))).toBe(0);
    expect((await segmentsOf(deps.db, actor, [id]))[0]).toHaveLength(1);
  });

  it('takes no more at once than it is told', async () => {
    const { deps } = world;
    await deps.db.query(sql`
      insert into segment_change (customer_id, segment_id, entered, at, created_at)
      select n, id, true, '2020-01-01', '2020-01-01' from segment, generate_series(1, 5) n where key = 'a'`);
    const rounds: number[] = [];
    for (let round = 0; round < 3; round++)
      rounds.push(await pruneSegmentChanges(deps.db, new Date('2021-01-01'), 3));
    expect(rounds).toEqual([3, 2, 0]);
  });
});
