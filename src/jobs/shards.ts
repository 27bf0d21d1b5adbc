import sql, { type Sql } from 'sql-template-tag';
import type { Db, Queryable } from '../db.ts';

/** A part of a run's work: customers with `afterId` < id <= `lastId`. */
export interface Shard<Work> {
  readonly number: number;
  readonly afterId: number;
  readonly lastId: number;
  /** What is to be done with them; the same for all shards of a run. */
  readonly work: Work;
}

/**
 * Cuts customers into shards by keyset, so that any number of workers can share a run's work. A run
 * that was cut before keeps its shards, those done included, with their `work`.
 * @param customers `select id`: whom the work is about
 * @returns how many shards there are
 */
export async function planShards(
  db: Db,
  jobRunId: string,
  { customers, size, work }: { customers: Sql; size: number; work: unknown },
): Promise<number> {
  return db.transaction(async (tx) => {
    const known = await countShards(tx, jobRunId);
    if (known.all > 0) return known.all;
    const made = await tx.query(sql`
      insert into job_shard (job_run_id, number, after_id, last_id, work)
      select ${jobRunId}::uuid, number, coalesce(lag(last_id) over (order by number), 0), last_id,
        ${JSON.stringify(work)}::jsonb
      from (
        select number, max(id) as last_id
        from (select id, ((row_number() over (order by id) - 1) / ${size})::int as number
              from (${customers}) c) numbered
        group by number
      ) cut
      returning number`);
    return made.length;
  });
}

export interface ShardOptions {
  /**
   * Waits for shards that others hold, and takes those whose worker died: when this ends, all are done.
   * Left out, it ends when nothing is free.
   */
  readonly toTheEnd?: boolean;
  /** After each shard that this call has done. */
  readonly onShard?: () => Promise<void>;
}

/**
 * Works off the shards of a run that nobody else holds. A shard is marked as done in the transaction
 * of its results: whatever dies when, each is done once.
 */
export async function workShards<Work>(
  db: Db,
  jobRunId: string,
  perform: (tx: Queryable, shard: Shard<Work>) => Promise<void>,
  { toTheEnd = false, onShard }: ShardOptions = {},
): Promise<void> {
  for (;;) {
    const done = await workNext(db, jobRunId, perform, sql`for update skip locked`);
    if (done) await onShard?.();
    else if (!toTheEnd || (await isDone(db, jobRunId))) return;
    // The rest is held. The lock comes when its worker is through, or dead.
    else if (await workNext(db, jobRunId, perform, sql`for update`)) await onShard?.();
  }
}

function workNext<Work>(
  db: Db,
  jobRunId: string,
  perform: (tx: Queryable, shard: Shard<Work>) => Promise<void>,
  lock: Sql,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [shard] = await tx.query<Shard<Work>>(sql`
      select number, after_id as "afterId", last_id as "lastId", work from job_shard
      where job_run_id = ${jobRunId}::uuid and done_at is null order by number limit 1 ${lock}`);
    if (!shard) return false;
    await perform(tx, shard);
    await tx.query(sql`
      update job_shard set done_at = clock_timestamp()
      where job_run_id = ${jobRunId}::uuid and number = ${shard.number}`);
    return true;
  });
}

/** What the shards of a run are to do, as planned; undefined when there are none. */
export async function plannedWork<Work>(
  db: Queryable,
  jobRunId: string,
): Promise<Work | undefined> {
  const [row] = await db.query<{ work: Work }>(
    sql`select work from job_shard where job_run_id = ${jobRunId}::uuid limit 1`,
  );
  return row?.work;
}

export async function countShards(
  db: Queryable,
  jobRunId: string,
): Promise<{ readonly all: number; readonly done: number }> {
  const [row] = await db.query<{ all: number; done: number }>(sql`
    select count(*) as all, count(done_at) as done from job_shard where job_run_id = ${jobRunId}::uuid`);
  return row ?? { all: 0, done: 0 };
}

async function isDone(db: Queryable, jobRunId: string): Promise<boolean> {
  const { all, done } = await countShards(db, jobRunId);
  return all === done;
}

/** Forgets the shards of a run that is through. */
export async function dropShards(tx: Queryable, jobRunId: string): Promise<void> {
  await tx.query(sql`delete from job_shard where job_run_id = ${jobRunId}::uuid`);
}
