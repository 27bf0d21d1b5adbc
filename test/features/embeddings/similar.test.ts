import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { systemActor } from '../../../src/auth.ts';
import { similarCustomers } from '../../../src/features/embeddings/similar.ts';
import { customerMerge } from '../../../src/features/identity/customer-merge.ts';
import { countStatements } from '../../helpers/statements.ts';
import { cosine, createVectorWorld, type VectorWorld, vectorOf } from './support.ts';

const PEOPLE = 120;
const actor = systemActor('test');
let world: VectorWorld;
/** Of customers 1 to PEOPLE, alternately of two domains; few different ones, so that many are equal. */
const vectors = new Map<number, Float32Array>();
const domainOf = (id: number) => (id % 2 === 0 ? 'even' : 'odd');

beforeAll(async () => {
  world = await createVectorWorld();
  for (let id = 1; id <= PEOPLE; id += 1) {
    await world.addCustomer({ domain: domainOf(id) });
    if (id === 77) continue;
    vectors.set(id, vectorOf(id % 40, id % 3 === 0));
    await world.put(id, vectors.get(id) ?? new Float32Array());
  }
});
afterAll(() => world.close());

const ask = (ids: number[], first: number, model?: string) =>
  similarCustomers({ ...world, similarity: world.indexes }, actor, ids, { first, model });

function bruteForce(of: number, first: number) {
  const own = vectors.get(of);
  if (!own) return [];
  return [...vectors]
    .filter(([id]) => id !== of && domainOf(id) === domainOf(of))
    .map(([id, vector]) => ({ id, similarity: cosine(own, vector) }))
    .sort((a, b) => b.similarity - a.similarity || a.id - b.id)
    .slice(0, first);
}

const brief = (lists: Awaited<ReturnType<typeof ask>>) =>
  lists.map((rows) => rows.map(({ customer, similarity }) => ({ id: customer.id, similarity })));

describe('similar customers', () => {
  it('are those of comparing with everybody of the domain', async () => {
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: PEOPLE }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(ids, fc.integer({ min: 1, max: 100 }), async (asked, first) => {
        const found = await ask(asked, first);
        expect(brief(found)).toEqual(asked.map((id) => bruteForce(id, first)));
      }),
      { numRuns: 60 },
    );
  });

  it('of one without an embedding are nobody', async () => {
    expect(await ask([77], 5)).toEqual([[]]);
  });

  it('cost as many statements for a page as for one', async () => {
    await ask([1, 2], 3);
    const statements = (ids: number[]) => countStatements(world.db, () => ask(ids, 10));
    const [one, page] = [await statements([1]), await statements([1, 3, 5, 7, 9, 11])];
    expect(page).toBe(one);
    expect(one).toBeLessThanOrEqual(2);
  });

  it('need a model that serves the domain, when one is named', async () => {
    await expect(ask([1], 5, 'other')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      field: ['model'],
    });
    expect(brief(await ask([1], 5, 'm'))).toEqual([bruteForce(1, 5)]);
    const nobody = await world.addCustomer({ domain: 'new' });
    expect(await ask([nobody], 5)).toEqual([[]]);
  });

  it('are 1 to 100', async () => {
    for (const first of [0, 101])
      await expect(ask([1], first)).rejects.toMatchObject({ code: 'BAD_INPUT', field: ['first'] });
  });

  it('are the living: neither who was merged nor who was erased, from that moment on', async () => {
    const [merged = { id: 0 }, erased = { id: 0 }] = bruteForce(1, 2);
    const pair = { into: { id: '3' }, from: { id: String(merged.id) }, domain: 'odd' };
    expect((await customerMerge(world, actor, pair)).userErrors).toEqual([]);
    await world.db.query(sql`delete from customer where id = ${erased.id}`);
    const found = brief(await ask([1], 20))[0]?.map(({ id }) => id);
    expect(found).toEqual(
      bruteForce(1, 22)
        .map(({ id }) => id)
        .filter((id) => id !== merged.id && id !== erased.id),
    );
  });
});
