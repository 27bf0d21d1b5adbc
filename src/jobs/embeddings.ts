import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Deps } from '../context.ts';
import type { Queryable } from '../db.ts';
import { claimEmbeddingChanges, hasEmbeddingChanges } from '../features/embeddings/changes.ts';
import { embedCustomers } from '../features/embeddings/embed-customers.ts';
import type { EmbeddingSources } from '../features/embeddings/embedder.ts';
import {
  activateEmbeddingModel,
  embeddingTargets,
  serveTargets,
  type Target,
} from '../features/embeddings/models.ts';
import { defineJob, type Job, type JobHelpers } from './define.ts';
import { enqueue } from './queue.ts';
import { countShards, dropShards, plannedWork, planShards, workShards } from './shards.ts';

/** What the jobs of embeddings need beside the ground. */
export interface EmbeddingJobs {
  readonly embedding: EmbeddingSources;
  /** Told when embeddings have changed: what is made of them is out of date. */
  readonly onRefreshed: (tx: Queryable, models: readonly string[]) => Promise<void>;
  /** Once everybody is embedded: for what is too long for a transaction. */
  readonly afterAll?: () => Promise<void>;
  /** Customers a shard, or changes a transaction; 500 when absent. */
  readonly pageSize?: number;
}

const PAGE = 500;
/** Helpers beyond this would find their shards taken. */
const MOST_HELPERS = 16;

const payload = z.strictObject({
  /** Everybody is looked at, not only those in the log of changes. */
  all: z.boolean().optional(),
  /** All models in use when absent. */
  model: z.string().optional(),
});

const helperPayload = z.strictObject({ run: z.uuid() });

/**
 * `refresh-embeddings` embeds anew whose text or model version has changed: those in the log of
 * changes, or, looking at everybody, all of them. The latter is shared: it cuts customers into shards,
 * queues helpers (`embed-shards`) that any worker may take, works with them to the end, and only then
 * lets searches use the new versions.
 */
export function createEmbeddingJobs(given: EmbeddingJobs): {
  refreshEmbeddings: Job<z.input<typeof payload>>;
  embedShards: Job<z.input<typeof helperPayload>>;
} {
  const settings = { pageSize: PAGE, ...given };
  const embedShards = defineJob({
    name: 'embed-shards',
    payload: helperPayload,
    run: async ({ run }, { deps, signal }) =>
      workShards<Target[]>(deps.db, run, performShard(settings, deps, signal)),
  });
  const refreshEmbeddings = defineJob({
    name: 'refresh-embeddings',
    payload,
    async run({ all, model }, helpers) {
      await activatePromoted(settings, helpers.deps);
      const targets = await embeddingTargets(helpers.deps.db, model);
      if (targets.length === 0) return;
      if (all || model !== undefined) await embedEverybody(settings, embedShards, targets, helpers);
      else await embedChanged(settings, targets, helpers);
    },
  });
  return { refreshEmbeddings, embedShards };
}

/** Customers are to be embedded with what was promoted since the last refresh. */
async function activatePromoted({ embedding }: Settings, { db, clock }: Deps): Promise<void> {
  const promoted = (await embedding.promoted?.()) ?? [];
  for (const target of promoted) await activateEmbeddingModel(db, target, clock.now());
}

type Settings = EmbeddingJobs & { readonly pageSize: number };

/** Page by page, each in one transaction with its results. */
async function embedChanged(
  settings: Settings,
  targets: readonly Target[],
  { deps, signal }: JobHelpers,
): Promise<void> {
  let more = true;
  while (more) {
    signal.throwIfAborted();
    more = await deps.db.transaction(async (tx) => {
      const { customers, settle } = await claimEmbeddingChanges(tx, settings.pageSize);
      for (const target of targets)
        await embedCustomers({ ...deps, ...settings }, tx, target, customers);
      await settle();
      return customers.length > 0;
    });
  }
  await settings.onRefreshed(deps.db, modelsOf(targets));
}

async function embedEverybody(
  settings: Settings,
  helper: Job<z.input<typeof helperPayload>>,
  present: readonly Target[],
  { deps, jobRunId, signal, attempt, progress, finish }: JobHelpers,
): Promise<void> {
  const { db } = deps;
  // Started again, it goes on with the versions that it began with.
  const targets = (await plannedWork<Target[]>(db, jobRunId)) ?? present;
  const shards = await planShards(db, jobRunId, {
    customers: customersOf(targets),
    size: settings.pageSize,
    work: targets,
  });
  for (let number = 1; number < Math.min(shards, MOST_HELPERS); number += 1) {
    const key = `embed:${jobRunId}:${attempt}:${number}`;
    await db.transaction((tx) => enqueue(tx, helper, { run: jobRunId }, { key }));
  }
  await workShards<Target[]>(db, jobRunId, performShard(settings, deps, signal), {
    toTheEnd: true,
    onShard: async () => progress((await countShards(db, jobRunId)).done / shards),
  });
  await finish(async (tx) => {
    await serveTargets(tx, targets);
    await settings.onRefreshed(tx, modelsOf(targets));
    await dropShards(tx, jobRunId);
  });
  await settings.afterAll?.();
}

const modelsOf = (targets: readonly Target[]) => targets.map(({ model }) => model);

const performShard =
  (
    settings: Settings,
    deps: Deps,
    signal: AbortSignal,
  ): Parameters<typeof workShards<Target[]>>[2] =>
  async (tx, { afterId, lastId, work }) => {
    signal.throwIfAborted();
    const customers = await tx.query<{ id: number }>(sql`
      select id from (${customersOf(work)}) c where id > ${afterId} and id <= ${lastId} order by id`);
    const ids = customers.map(({ id }) => id);
    for (const target of work) await embedCustomers({ ...deps, ...settings }, tx, target, ids);
  };

/** The living customers that one of these versions is for. */
const customersOf = (targets: readonly Target[]) => sql`
  select c.id from customer c join domain d on d.id = c.domain_id
  where c.merged_into_id is null
    and (${targets.some(({ domain }) => domain === null)}
      or d.key = any(${targets.map(({ domain }) => domain)}::text[]))`;

/** For the schedule: whether the log of changes has anything. */
export const embeddingsChanged = ({ db }: Deps): Promise<boolean> => hasEmbeddingChanges(db);
