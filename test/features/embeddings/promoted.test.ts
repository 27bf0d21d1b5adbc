import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { embedCustomers } from '../../../src/features/embeddings/embed-customers.ts';
import { promotedSources } from '../../../src/features/embeddings/promoted.ts';
import { ngramEmbedder } from '../../helpers/ngram-embedder.ts';
import { makeFolder } from '../artefacts/make-folder.ts';
import { type ModelWorld, makeModelWorld } from '../models/world.ts';

let world: ModelWorld;
let customers: number[];
/** The texts that versions have embedded. */
let embedded: string[];
beforeAll(async () => {
  world = await makeModelWorld();
  customers = [];
  for (const text of ['好极了', '太差了', 'lovely']) customers.push(await world.author(text));
});
beforeEach(() => {
  embedded = [];
});
afterAll(() => world.end());

/** A version of an embedding model as a training on such texts would have left it, promoted. */
async function promote(
  name: string,
  spec: { text: string; language?: 'zh' | 'en' },
): Promise<number> {
  const folder = makeFolder(world.home, name, { 'cameo.json': name });
  const artefact = await world.artefacts.publish(folder);
  const id = await world.addVersion(name, 'EMBED', null);
  await world.db.query(sql`
    update model_version set artefact = ${artefact}, spec = ${JSON.stringify(spec)} where id = ${id}`);
  await world.db.query(sql`update model set active_version_id = ${id} where name = ${name}`);
  return id;
}

/** Brings the embeddings by a version up to date; how the texts begin that it was shown for it. */
async function embed(name: string, ids = customers): Promise<string[]> {
  const sources = promotedSources(world, world.artefacts, {
    embedder: async (_folder, version) => ngramEmbedder(version, (text) => embedded.push(text)),
  });
  const target = (await sources.promoted?.())?.find(({ model }) => model === name);
  if (!target) throw new Error(`${name} is not promoted`);
  await world.db.transaction((tx) =>
    embedCustomers({ clock: world.clock, embedding: sources }, tx, target, ids),
  );
  return embedded.map((text) => /^[^;；。]*/.exec(text)?.[0] ?? '');
}

describe('customers are embedded by a promoted version', () => {
  it('by what they wrote, as they wrote it, where it has learnt from texts', async () => {
    await promote('of-texts', { text: 'EVENTS' });
    expect(await embed('of-texts')).toEqual(['好极了', '太差了', 'lovely']);
  });

  it('in words where it has learnt from customers in words, all in its language', async () => {
    await promote('of-customers', { text: 'CUSTOMER', language: 'en' });
    await promote('of-customers-zh', { text: 'CUSTOMER', language: 'zh' });
    expect(await embed('of-customers')).toEqual(new Array(3).fill('retail customer'));
    expect(embedded[0]).toContain('好极了');
    embedded = [];
    expect(await embed('of-customers-zh')).toEqual(new Array(3).fill('零售客户'));
  });

  it('once, however the domain’s main language turns and time goes by', async () => {
    const newcomers = [await world.author('great'), await world.author('superb')];
    world.clock.set('2026-03-02T12:00:00Z');
    expect(await embed('of-customers-zh')).toEqual([]);
    expect(await embed('of-customers-zh', newcomers)).toEqual(['零售客户', '零售客户']);
  });

  it('each in their own language where the version was taught so', async () => {
    await promote('of-before', { text: 'CUSTOMER' });
    expect(await embed('of-before')).toEqual(['零售客户', '零售客户', 'retail customer']);
  });
});
