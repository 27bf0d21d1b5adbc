import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { systemActor } from '../../../src/auth.ts';
import { emptyCatalog } from '../../../src/features/segments/catalog.ts';
import { segmentDelete } from '../../../src/features/segments/delete.ts';
import { explainAnyMembership } from '../../../src/features/segments/lookalike/explain.ts';
import {
  lookalikesOf,
  markModelsStale,
  staleLookalikes,
} from '../../../src/features/segments/lookalike/lookalike.ts';
import { refreshLookalike } from '../../../src/features/segments/lookalike/refresh.ts';
import {
  type LookalikeInput,
  segmentLookalike,
} from '../../../src/features/segments/lookalike/save.ts';
import { segmentSave } from '../../../src/features/segments/save.ts';
import { normalise } from '../../../src/ml/similarity/vectors.ts';
import {
  cosine,
  createVectorWorld,
  SIZE,
  type VectorWorld,
  vectorOf,
} from '../embeddings/support.ts';

const actor = systemActor('test');
const PEOPLE = 60;
let world: VectorWorld;
const vectors = new Map<number, Float32Array>();

beforeAll(async () => {
  world = await createVectorWorld();
  for (let id = 1; id <= PEOPLE; id += 1) {
    await world.addCustomer();
    await write(id, vectorOf(id));
  }
  await list('vip', [1, 2, 3]);
});
afterAll(() => world.close());

const deps = () => ({
  ...world,
  similarity: world.indexes,
  catalogs: { features: emptyCatalog, predictions: emptyCatalog },
});

async function write(id: number, vector: Float32Array): Promise<void> {
  vectors.set(id, vector);
  await world.put(id, vector);
}

const list = (key: string, members: number[]) =>
  segmentSave(deps(), actor, { key, domain: 'retail', members });
const save = (input: Partial<LookalikeInput>) =>
  segmentLookalike(deps(), actor, { key: 'like-vip', from: 'vip', ...input });

async function members(key: string): Promise<number[]> {
  const rows = await world.db.query<{ id: number }>(sql`
    select customer_id as id from segment_membership m join segment s on s.id = m.segment_id
    where s.key = ${key} and exited_at is null order by customer_id`);
  return rows.map(({ id }) => id);
}

/** Everybody else by the cosine to the mean of the source's vectors. */
function ranked(source: readonly number[]) {
  const sum = new Float32Array(SIZE).map((_, at) =>
    source.reduce((total, id) => total + (vectors.get(id)?.[at] ?? 0), 0),
  );
  const centroid = normalise(sum);
  return [...vectors]
    .filter(([id]) => !source.includes(id))
    .map(([id, vector]) => ({ id, similarity: cosine(vector, centroid) }))
    .sort((a, b) => b.similarity - a.similarity);
}

const idsOf = (rows: readonly { id: number }[]) => rows.map(({ id }) => id).sort((a, b) => a - b);

/** As the job does. */
async function work(): Promise<number> {
  const stale = await staleLookalikes(world.db);
  for (const id of stale) await refreshLookalike(deps(), id, world.clock.now());
  return stale.length;
}

describe('a lookalike segment', () => {
  it('has the nearest to the mean of the members of the other, and none of them', async () => {
    const segment = await save({ size: 7, name: 'Like VIP' });
    expect(segment).toMatchObject({ kind: 'LEARNED', name: 'Like VIP', size: 7, error: null });
    expect(await members('like-vip')).toEqual(idsOf(ranked([1, 2, 3]).slice(0, 7)));
  });

  it('has all who are similar enough', async () => {
    await save({ key: 'near-vip', minSimilarity: 0.2 });
    const expected = ranked([1, 2, 3]).filter(({ similarity }) => similarity >= 0.2);
    expect(expected.length).toBeGreaterThan(1);
    expect(await members('near-vip')).toEqual(idsOf(expected));
  });

  it('follows the members of the other, and rules that use it hear of it', async () => {
    expect(await work()).toBe(0);
    await world.db.query(sql`delete from customer_change`);
    await list('vip', [4, 5]);
    expect(await work()).toBe(2);
    expect(await members('like-vip')).toEqual(idsOf(ranked([4, 5]).slice(0, 7)));
    const changed = await world.db.query(sql`select distinct customer_id from customer_change`);
    expect(changed.length).toBeGreaterThan(2);
    await list('vip', [1, 2, 3]);
    await work();
  });

  it('follows the embeddings', async () => {
    const last = ranked([1, 2, 3]).at(-1)?.id ?? 0;
    await write(last, vectors.get(1) ?? new Float32Array());
    await markModelsStale(world.db, ['another']);
    expect(await work()).toBe(0);
    await markModelsStale(world.db, ['m']);
    while (!(await members('like-vip')).includes(last)) {
      await markModelsStale(world.db, ['m']);
      await work();
    }
    expect(await members('like-vip')).toEqual(idsOf(ranked([1, 2, 3]).slice(0, 7)));
  });

  it('explains a membership by the similarity and the nearest members of the other', async () => {
    const explain = (customerId: number) =>
      explainAnyMembership(deps(), actor, { customerId, segmentKey: 'like-vip' });
    const all = ranked([1, 2, 3]);
    const [inside, outside] = [all[0], all[30]];
    const [yes, no] = [await explain(inside?.id ?? 0), await explain(outside?.id ?? 0)];
    expect([yes.member, no.member]).toEqual([true, false]);
    const nearest = [1, 2, 3]
      .map((id) => ({
        customer: String(id),
        similarity: cosine(
          vectors.get(outside?.id ?? 0) ?? new Float32Array(),
          vectors.get(id) ?? new Float32Array(),
        ),
      }))
      .sort((a, b) => b.similarity - a.similarity);
    expect(no.clause.value).toEqual({
      from: 'vip',
      similarity: expect.closeTo(outside?.similarity ?? 0, 5),
      least: expect.closeTo(all[6]?.similarity ?? 0, 5),
      nearest: nearest.map((row) => ({ ...row, similarity: expect.closeTo(row.similarity, 6) })),
    });
    expect(yes.clause.text).toContain(`similarity is ${inside?.similarity.toFixed(3)}`);
  });

  it('keeps its members and says why when it cannot be found', async () => {
    const before = await members('like-vip');
    const nobody = await world.addCustomer();
    await list('vip', [nobody]);
    await work();
    const [row] = await world.db.query<{ error: string }>(
      sql`select error from segment where key = 'like-vip'`,
    );
    expect(row?.error).toBe('No member of "vip" has an embedding by "m" yet.');
    expect(await members('like-vip')).toEqual(before);
    await list('vip', [1, 2, 3]);
    await work();
  });

  it('keeps the other from being deleted, and can be deleted itself', async () => {
    const refused = await segmentDelete(deps(), actor, 'vip');
    expect(refused.userErrors[0]).toMatchObject({ code: 'IN_USE' });
    expect((await segmentDelete(deps(), actor, 'near-vip')).deleted).toBe(true);
  });

  it('changes in place, version by version', async () => {
    const segment = await save({ size: 3 });
    expect(segment).toMatchObject({ version: 2, size: 3 });
    expect(await lookalikesOf(world.db, [segment?.id ?? 0])).toMatchObject([
      { from: 'vip', model: 'm', size: 3, minSimilarity: null },
    ]);
  });
});

describe('a lookalike segment is refused', () => {
  it.each<[string, Partial<LookalikeInput>, string, string]>([
    ['without a size', {}, 'BAD_INPUT', 'size'],
    ['with two sizes', { size: 1, minSimilarity: 0.5 }, 'BAD_INPUT', 'size'],
    ['of nobody', { size: 0 }, 'BAD_INPUT', 'size'],
    ['beyond a cosine', { minSimilarity: 1.5 }, 'BAD_INPUT', 'minSimilarity'],
    ['under a bad key', { key: 'No!', size: 1 }, 'BAD_INPUT', 'key'],
    ['of an unknown segment', { from: 'gone', size: 1 }, 'NOT_FOUND', 'from'],
    ['by an unknown model', { size: 1, model: 'gone' }, 'NOT_FOUND', 'model'],
    ['of itself', { from: 'like-vip', size: 1 }, 'CYCLE', 'from'],
    ['under the key of a list', { key: 'vip', from: 'like-vip', size: 1 }, 'CONFLICT', 'key'],
  ])('%s', async (_, input, code, field) => {
    await expect(save(input)).rejects.toMatchObject({ code, field: [field] });
  });

  it('when the other is a rule that uses it', async () => {
    const rule = { segment: 'like-vip' };
    await segmentSave(deps(), actor, { key: 'rule', domain: 'retail', rule });
    await expect(save({ from: 'rule', size: 1 })).rejects.toMatchObject({
      code: 'CYCLE',
      message: expect.stringContaining('like-vip -> rule -> like-vip'),
    });
  });

  it('for a reader', async () => {
    const reader = { ...actor, role: 'reader' as const };
    const input = { key: 'mine', from: 'vip', size: 1 };
    await expect(segmentLookalike(deps(), reader, input)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
