import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { bytesOf } from '../../../src/ml/similarity/matrix.ts';
import { countStatements } from '../../helpers/statements.ts';
import { cosine, createVectorWorld, SIZE, type VectorWorld, vectorOf } from './support.ts';

let world: VectorWorld;
beforeAll(async () => {
  world = await createVectorWorld();
});
afterAll(() => world.close());

const scopeOf = (domainId: number) => ({ model: 'm', version: '1', dimensions: SIZE, domainId });
const query = { vector: vectorOf(0), first: 5 };

async function peopleIn(
  domain: string,
  count: number,
  { db, addCustomer }: VectorWorld = world,
): Promise<{ domainId: number; ids: number[] }> {
  const one = await addCustomer({ domain });
  const rows = await db.query<{ id: number; domainId: number }>(sql`
    insert into customer (domain_id)
    select domain_id from customer, generate_series(2, ${count}::int) where id = ${one}
    returning id, domain_id as "domainId"`);
  const ids = [one, ...rows.map(({ id }) => id)];
  await db.query(sql`
    insert into embedding (customer_id, model, version, domain_id, "values", text_hash, at)
    select id, 'm', '1', domain_id, vector::real[], '', now()
    from unnest(${ids}::int[], ${ids.map((id) => `{${vectorOf(id).join()}}`)}::text[]) v (customer, vector)
      join customer on id = v.customer`);
  return { domainId: rows[0]?.domainId ?? 0, ids };
}

/** Asks until the answer is as it should be: the notification is on its way. */
async function untilNearest(domainId: number, expected: unknown, { indexes }: VectorWorld = world) {
  for (;;) {
    const [found] = await indexes.nearest(scopeOf(domainId), [query]);
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
  }
}

const ranked = (vectors: readonly (readonly [number, Float32Array])[]) =>
  vectors
    .map(([id, vector]) => ({ id, similarity: cosine(query.vector, vector) }))
    .sort((a, b) => b.similarity - a.similarity || a.id - b.id)
    .slice(0, query.first);

describe('the vectors in memory', () => {
  it('are those of the database, more than a page of them', async () => {
    const { domainId, ids } = await peopleIn('many', 1_203);
    const [found] = await world.indexes.nearest(scopeOf(domainId), [query]);
    expect(found).toEqual(ranked(ids.map((id) => [id, vectorOf(id)])));
  });

  it('follow what is written, changed and deleted, reading only that', async () => {
    const alone = await createVectorWorld();
    const { domainId, ids } = await peopleIn('moving', 600, alone);
    const [changed = 0, gone = 0, ...rest] = ids;
    const others = rest.map((id) => [id, vectorOf(id)] as const);
    const both = [changed, gone].map((id) => [id, query.vector] as const);
    // Once this is seen, what loading began is over.
    for (const id of [changed, gone]) await alone.put(id, query.vector);
    await untilNearest(domainId, ranked([...both, ...others]), alone);
    const statements = await countStatements(alone.db, async () => {
      await alone.put(changed, vectorOf(-1));
      await alone.db.query(sql`delete from customer where id = ${gone}`);
      await untilNearest(domainId, ranked([[changed, vectorOf(-1)], ...others]), alone);
    });
    // Two writes, and one read after each.
    expect(statements).toBeLessThanOrEqual(4);
    await alone.close();
  });

  it('come back to what they should be after the connection broke', async () => {
    const { domainId, ids } = await peopleIn('broken', 30);
    await world.indexes.nearest(scopeOf(domainId), [query]);
    const [first = 0, ...rest] = ids;
    await world.db.query(sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query ilike 'listen%'`);
    await world.put(first, query.vector);
    await untilNearest(
      domainId,
      ranked([[first, query.vector], ...rest.map((id) => [id, vectorOf(id)] as const)]),
    );
  });

  it('are told of, with their memory', async () => {
    const { domainId } = await peopleIn('told', 3);
    await world.indexes.nearest(scopeOf(domainId), [query]);
    const [status] = world.indexes.status().filter((index) => index.domainId === domainId);
    expect(status).toMatchObject({ ...scopeOf(domainId), rows: 3 });
    expect(status?.bytes).toBeGreaterThanOrEqual(bytesOf(3, SIZE));
  });
});

describe('memory for one index', () => {
  it('holds the one used last; what does not fit at all is refused', async () => {
    const small = await createVectorWorld(bytesOf(1, SIZE) + 60);
    for (const domain of ['a', 'b'])
      await small.put(await small.addCustomer({ domain }), vectorOf(1));
    await small.indexes.nearest(scopeOf(1), [query]);
    await small.indexes.nearest(scopeOf(2), [query]);
    expect(small.indexes.status().map(({ domainId }) => domainId)).toEqual([2]);
    expect(await small.indexes.nearest(scopeOf(1), [query])).toEqual([
      [{ id: 1, similarity: cosine(query.vector, vectorOf(1)) }],
    ]);
    await small.close();
    const none = await createVectorWorld(bytesOf(1, SIZE) - 1);
    await none.put(await none.addCustomer(), vectorOf(1));
    const search = none.indexes.nearest(scopeOf(1), [query]);
    await expect(search).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await none.close();
  });
});
