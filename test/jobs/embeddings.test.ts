import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { logEmbeddingChanges } from '../../src/features/embeddings/changes.ts';
import { activateEmbeddingModel } from '../../src/features/embeddings/models.ts';
import { isFinished } from '../../src/features/jobs/run.ts';
import { createEmbeddingJobs, embeddingsChanged } from '../../src/jobs/embeddings.ts';
import { enqueue } from '../../src/jobs/queue.ts';
import { killOnceItSpeaks } from '../helpers/killed-process.ts';
import { ngramSources, target } from '../helpers/ngram-embedder.ts';
import { makeWorld, signpost, type World } from './world.ts';

const script = fileURLToPath(new URL('./fixtures/embedding-process.ts', import.meta.url));
const PAGE = 4;
/** Customers 1 to 22 each wrote "text <id>": six shards. */
const PEOPLE = 22;

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  await world.db.query(sql`insert into domain (key) values ('shop')`);
  await world.db.query(sql`
    insert into customer (domain_id) select 1 from generate_series(1, ${PEOPLE}::int)`);
  for (let id = 1; id <= PEOPLE; id += 1) await writes(id, `text ${id}`);
});
afterEach(async () => {
  await world.end();
});

const writes = (id: number, text: string) =>
  world.db.query(sql`
    insert into event (customer_id, origin_customer_id, domain_id, message_id, type, occurred_at, text)
    values (${id}, ${id}, 1, gen_random_uuid(), 'chat', now(), ${text})`);

const activate = (version: string) =>
  activateEmbeddingModel(world.db, target(version), world.clock.now());

function jobsWith(
  onText: (text: string) => unknown = () => {},
  told: string[] = [],
): ReturnType<typeof createEmbeddingJobs> {
  return createEmbeddingJobs({
    embedding: ngramSources(world.db, onText),
    onRefreshed: async (_tx, models) => void told.push(...models),
    pageSize: PAGE,
  });
}

/** Runs the refresh in a worker of this process, to its end. */
async function refresh(payload: { all?: boolean }, jobs = jobsWith()) {
  const worker = await world.work(Object.values(jobs));
  const { id } = await enqueue(world.db, jobs.refreshEmbeddings, payload);
  const run = await world.until(id, isFinished);
  await worker.stop();
  return run;
}

const stored = () =>
  world.db.query<{ id: number; version: string; batch: number }>(sql`
    select customer_id as id, version, batch from embedding order by customer_id, version`);
const everybody = Array.from({ length: PEOPLE }, (_, index) => index + 1);
const servedBy = async () =>
  (await world.db.query<{ serving: string | null }>(sql`select serving from embedding_model`))[0]
    ?.serving;

describe('refreshing all embeddings', () => {
  it('embeds everybody, then lets searches use the version', async () => {
    await activate('1');
    expect(await servedBy()).toBeNull();
    const told: string[] = [];
    expect(await refresh({ all: true }, jobsWith(undefined, told))).toMatchObject({
      ...{ state: 'DONE', progress: 1 },
    });
    expect((await stored()).map(({ id }) => id)).toEqual(everybody);
    expect(await servedBy()).toBe('1');
    expect(told).toEqual(['grams']);
    expect(await world.db.query(sql`select from job_shard`)).toEqual([]);
  });

  it('a second time embeds only those whose text has changed', async () => {
    await activate('1');
    await refresh({ all: true });
    await writes(7, 'something new');
    const embedded: string[] = [];
    await refresh(
      { all: true },
      jobsWith((text) => embedded.push(text)),
    );
    expect(embedded).toEqual(['something new\ntext 7']);
  });

  it('by another version keeps the old one serving until everybody has the new', async () => {
    await activate('1');
    await refresh({ all: true });
    await activate('2');
    const [reached, goOn] = [signpost(), signpost()];
    const held = jobsWith(async (text) => {
      if (text !== `text ${PEOPLE}`) return;
      reached.reach();
      await goOn.reached;
    });
    const running = refresh({ all: true }, held);
    await reached.reached;
    expect(await servedBy()).toBe('1');
    expect((await stored()).filter(({ version }) => version === '1')).toHaveLength(PEOPLE);
    goOn.reach();
    await running;
    expect(await servedBy()).toBe('2');
    expect((await stored()).map(({ version }) => version)).toEqual(everybody.map(() => '2'));
  });

  it('is shared by workers, each customer embedded once', async () => {
    await activate('1');
    const embedded: string[] = [];
    const jobs = jobsWith((text) => embedded.push(text));
    const workers = [await world.work(Object.values(jobs)), await world.work(Object.values(jobs))];
    const { id } = await enqueue(world.db, jobs.refreshEmbeddings, { all: true });
    await world.until(id, isFinished);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(embedded.sort()).toEqual(everybody.map((id) => `text ${id}`).sort());
  });

  it.each([
    ['the first', 2, 0],
    ['a later', 11, 8],
  ])('goes on when its worker is killed with -9 in %s shard', async (_, stopAt, before) => {
    await activate('1');
    const { id } = await enqueue(world.db, jobsWith().refreshEmbeddings, { all: true });
    await killOnceItSpeaks(script, [world.url, `text ${stopAt}`, String(PAGE)]);
    const left = await stored();
    expect(left).toHaveLength(before);
    const embedded: string[] = [];
    const worker = await world.work(Object.values(jobsWith((text) => embedded.push(text))));
    expect(await world.until(id, isFinished)).toMatchObject({ state: 'DONE', attempts: 2 });
    await worker.stop();
    // What was done is as it was; the rest was done once.
    expect((await stored()).slice(0, before)).toEqual(left);
    expect(embedded.sort()).toEqual(
      everybody
        .slice(before)
        .map((id) => `text ${id}`)
        .sort(),
    );
    expect(await servedBy()).toBe('1');
  });

  it('of a model that is not in use is refused', async () => {
    await activate('1');
    const jobs = jobsWith();
    const worker = await world.work(Object.values(jobs));
    const { id } = await enqueue(world.db, jobs.refreshEmbeddings, { all: true, model: 'other' });
    const failed = await world.until(id, ({ error }) => error !== null);
    expect(failed.error).toBe('There is no embedding model "other" in use.');
    await worker.stop();
  });
});

describe('refreshing the changed embeddings', () => {
  const log = (...ids: number[]) =>
    world.db.transaction((tx) => logEmbeddingChanges(tx, ids, world.clock.now()));

  it('embeds those in the log of changes, and empties it', async () => {
    await activate('1');
    await refresh({ all: true });
    await writes(3, 'news');
    await writes(5, 'not told');
    await log(3, 4, 3);
    expect(await embeddingsChanged(world)).toBe(true);
    const embedded: string[] = [];
    await refresh(
      {},
      jobsWith((text) => embedded.push(text)),
    );
    expect(embedded).toEqual(['news\ntext 3']);
    expect(await embeddingsChanged(world)).toBe(false);
  });

  it('writes nothing down while no model is in use', async () => {
    await log(1, 2);
    expect(await embeddingsChanged(world)).toBe(false);
  });

  it('keeps a change that came while it was at work', async () => {
    await activate('1');
    await log(1);
    let late = false;
    const sources = ngramSources(world.db);
    const jobs = createEmbeddingJobs({
      embedding: {
        ...sources,
        readTexts: async (domain, ids, version) => {
          const read = await sources.readTexts(domain, ids, version);
          if (!late) {
            late = true;
            await writes(1, 'late');
            await log(1);
          }
          return read;
        },
      },
      onRefreshed: async () => {},
    });
    await refresh({}, jobs);
    const embedded: string[] = [];
    await refresh(
      { all: true },
      jobsWith((text) => embedded.push(text)),
    );
    expect(embedded).not.toContain('late\ntext 1');
    expect(embedded).toHaveLength(PEOPLE - 1);
  });
});
