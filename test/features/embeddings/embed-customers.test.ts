import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { systemActor } from '../../../src/auth.ts';
import { embedCustomers } from '../../../src/features/embeddings/embed-customers.ts';
import { customerMerge } from '../../../src/features/identity/customer-merge.ts';
import { customerUnmerge } from '../../../src/features/identity/customer-unmerge.ts';
import { normalise } from '../../../src/ml/similarity/vectors.ts';
import { ngramEmbedder, ngramSources, target } from '../../helpers/ngram-embedder.ts';
import { createWorld, type World } from '../../helpers/world.ts';

let world: World;
let embedded: string[] = [];
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => {
  embedded = [];
});
afterAll(() => world.close());

async function writer(...texts: string[]): Promise<number> {
  const id = await world.addCustomer();
  for (const text of texts) await writes(id, text);
  return id;
}

const writes = (id: number, text: string) =>
  world.addEvent(id, { type: 'review', at: '2026-02-01T00:00:00Z', text });

const embed = (ids: number[], version = '1') => {
  const embedding = ngramSources(world.db, (text) => embedded.push(text));
  return world.db.transaction((tx) =>
    embedCustomers({ clock: world.clock, embedding }, tx, target(version), ids),
  );
};

async function vectorOf(id: number, version = '1'): Promise<number[] | undefined> {
  const [row] = await world.db.query<{ values: number[] }>(sql`
    select "values" from embedding
    where customer_id = ${id} and model = 'grams' and version = ${version}`);
  return row?.values;
}

async function expected(text: string, version = '1'): Promise<number[]> {
  const [vector] = await ngramEmbedder(version).embed([text]);
  return [...normalise(vector ?? new Float32Array())];
}

const close = (vector: readonly number[]) => vector.map((value) => expect.closeTo(value, 6));

describe('embedding customers', () => {
  it('stores what the model gives for their texts, at length 1', async () => {
    const id = await writer('a warm coat');
    expect(await embed([id])).toBe(1);
    const vector = await vectorOf(id);
    expect(vector).toEqual(close(await expected('a warm coat')));
    expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 6);
  });

  it('does it again only for those whose text has changed', async () => {
    const [same, changed] = [await writer('tea'), await writer('milk')];
    await embed([same, changed]);
    embedded = [];
    await writes(changed, 'more milk');
    expect(await embed([same, changed])).toBe(1);
    expect(embedded).toEqual(['more milk\nmilk']);
    expect(await vectorOf(changed)).toEqual(close(await expected('more milk\nmilk')));
  });

  it('keeps the vectors of another version beside the new ones', async () => {
    const id = await writer('rice');
    await embed([id]);
    expect(await embed([id], '2')).toBe(1);
    expect(await vectorOf(id)).toEqual(close(await expected('rice')));
    expect(await vectorOf(id, '2')).toEqual(close(await expected('rice', '2')));
  });

  it('takes the vector away when there is no text any more', async () => {
    const id = await writer('salt');
    await embed([id]);
    await world.db.query(sql`update event set text = null where customer_id = ${id}`);
    expect(await embed([id])).toBe(0);
    expect(await vectorOf(id)).toBeUndefined();
  });

  it('follows a merge and its unmerge', async () => {
    const actor = systemActor('test');
    const [into, from] = [await writer('bread'), await writer('cheese')];
    await embed([into, from]);
    const merged = { into: { id: String(into) }, from: { id: String(from) } };
    const { mergeId } = await customerMerge(world, actor, merged);
    expect(await vectorOf(from)).toBeUndefined();
    await embed([into, from]);
    expect(await vectorOf(from)).toBeUndefined();
    expect(await vectorOf(into)).toEqual(close(await expected('cheese\nbread')));
    await customerUnmerge(world, actor, { mergeId: String(mergeId) });
    await embed([into, from]);
    expect(await vectorOf(into)).toEqual(close(await expected('bread')));
    expect(await vectorOf(from)).toEqual(close(await expected('cheese')));
  });

  it('leaves nothing of a customer who is erased', async () => {
    const id = await writer('plums');
    await embed([id]);
    await world.db.query(sql`delete from customer where id = ${id}`);
    expect(await vectorOf(id)).toBeUndefined();
  });

  it('is for the customers of the model alone', async () => {
    const id = await writer('figs');
    const other = { ...target('1', 'finance-only', 'finance') };
    const embedding = ngramSources(world.db);
    await world.db.transaction((tx) =>
      embedCustomers({ clock: world.clock, embedding }, tx, other, [id]),
    );
    expect(await world.db.query(sql`select from embedding where model = 'finance-only'`)).toEqual(
      [],
    );
  });

  it('by two at once ends with the text that was read later, whoever writes last', async () => {
    const id = await writer('old words');
    const sources = ngramSources(world.db);
    await world.db.transaction(async (slow) => {
      const held = {
        ...sources,
        readTexts: async (...asked: Parameters<typeof sources.readTexts>) => {
          const read = await sources.readTexts(...asked);
          await writes(id, 'new words');
          await embed([id]);
          return read;
        },
      };
      await embedCustomers({ clock: world.clock, embedding: held }, slow, target('1'), [id]);
    });
    expect(await vectorOf(id)).toEqual(close(await expected('new words\nold words')));
  });

  it('fails with what to do when the model gives something else', async () => {
    const id = await writer('nuts');
    const embedding = {
      ...ngramSources(world.db),
      loadEmbedder: async () => ngramEmbedder('another'),
    };
    const work = world.db.transaction((tx) =>
      embedCustomers({ clock: world.clock, embedding }, tx, target('1'), [id]),
    );
    await expect(work).rejects.toThrow(/version another .* Activate the version/);
    expect(await vectorOf(id)).toBeUndefined();
  });

  it('refuses a vector that is not finite', async () => {
    const id = await writer('oats');
    const broken = { ...ngramEmbedder('1'), embed: async () => [new Float32Array(32).fill(NaN)] };
    const embedding = { ...ngramSources(world.db), loadEmbedder: async () => broken };
    const work = world.db.transaction((tx) =>
      embedCustomers({ clock: world.clock, embedding }, tx, target('1'), [id]),
    );
    await expect(work).rejects.toMatchObject({ code: 'DIVERGED' });
  });
});
