import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { Deps } from '../context.ts';
import { pruneSegmentChanges } from '../features/segments/store/prune.ts';
import { defineJob } from './define.ts';
import { TICK } from './schedule.ts';

/** How many days what is no longer needed is kept. */
export const RETENTION_DAYS = {
  /** Runs of schedules that are done. There is one every few seconds when there is work. */
  doneTicks: 1,
  /** Other runs that are done. */
  doneJobs: 30,
  /** Runs that failed for good; until then they can be retried. */
  failedJobs: 90,
  /** The audit log: a year, and a month to look at it. */
  audit: 396,
  /** Revoked keys, which the audit log may name. */
  revokedKeys: 396,
  /** Entries and exits as subscriptions and webhooks tell them; the stays themselves are kept. */
  segmentChanges: 90,
  /** Webhook messages that were taken or given up. */
  deliveries: 30,
} as const;

/** Rows deleted a statement, so that no lock is held for long. */
const BATCH = 5_000;

/** Deletes what is older than its retention. Does nothing the second time. */
export const housekeeping = defineJob({
  name: 'housekeeping',
  payload: z.object({}),
  async run(_, { deps, progress, signal }) {
    const now = deps.clock.now();
    const rooms = expired(now);
    for (const [index, room] of rooms.entries()) {
      await empty(deps, room, signal);
      await progress((index + 1) / rooms.length);
    }
    await emptyOutbox(deps, daysBefore(now, RETENTION_DAYS.segmentChanges), signal);
    await dropOrphans(deps);
  },
});

const daysBefore = (now: Date, days: number) => new Date(now.getTime() - days * 86_400_000);

/** For each kind of row the table, and which of its rows may go. */
function expired(now: Date): { table: Sql; where: Sql }[] {
  const before = (kind: keyof typeof RETENTION_DAYS) => daysBefore(now, RETENTION_DAYS[kind]);
  return [
    {
      table: sql`job_run`,
      where: sql`state = 'DONE' and starts_with(key, ${TICK}) and finished_at < ${before('doneTicks')}`,
    },
    { table: sql`job_run`, where: sql`state = 'DONE' and finished_at < ${before('doneJobs')}` },
    { table: sql`job_run`, where: sql`state = 'FAILED' and finished_at < ${before('failedJobs')}` },
    { table: sql`audit_log`, where: sql`at < ${before('audit')}` },
    { table: sql`api_key`, where: sql`revoked_at < ${before('revokedKeys')}` },
    {
      table: sql`webhook_delivery`,
      where: sql`next_attempt_at is null and coalesce(delivered_at, created_at) < ${before('deliveries')}`,
    },
  ];
}

async function empty(
  { db, log }: Deps,
  { table, where }: { table: Sql; where: Sql },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const gone = await db.query(sql`
      delete from ${table} where id in (select id from ${table} where ${where} limit ${BATCH})
      returning id`);
    if (gone.length > 0) log.debug({ table: table.text, rows: gone.length }, 'deleted old rows');
    if (gone.length < BATCH) return;
  }
}

async function emptyOutbox({ db, log }: Deps, before: Date, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const gone = await pruneSegmentChanges(db, before, BATCH);
    if (gone > 0) log.debug({ table: 'segment_change', rows: gone }, 'deleted old rows');
    if (gone < BATCH) return;
  }
}

/** Entries in the queue that have used up their attempts and whose run is gone. */
async function dropOrphans({ db }: Deps): Promise<void> {
  await db.query(sql`
    select graphile_worker.complete_jobs(array(
      select entry.id from graphile_worker.jobs entry
      where entry.locked_at is null and entry.attempts >= entry.max_attempts
        and not exists (select from job_run where job_run.id::text = entry.key)
    ))`);
}
