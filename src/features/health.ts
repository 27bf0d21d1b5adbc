import { setTimeout as pause } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { Deps } from '../context.ts';

export interface DatabaseHealth {
  readonly ok: boolean;
  /** Milliseconds of one round trip; null when there was none. */
  readonly latencyMs: number | null;
  /** Such as "18.4". */
  readonly version: string | null;
  readonly error: string | null;
}

export interface QueueHealth {
  readonly queued: number;
  readonly running: number;
  /** Failed for good and not yet retried or trimmed. */
  readonly failed: number;
  /** Seconds that the oldest job that could run now has waited; null when none waits. */
  readonly oldestSeconds: number | null;
}

/** How old something is that a schedule keeps fresh: a view, a segment, the change log. */
export interface Freshness {
  readonly name: string;
  /** What it is up to date with; null when it never was. */
  readonly at: Date | null;
  /** Older than it promises to be. */
  readonly stale: boolean;
  /** Why it could not be brought up to date. */
  readonly error?: string | null;
}

/** A part of Cameo that reports how fresh it is. */
export type FreshnessProvider = (deps: Deps) => Promise<readonly Freshness[]>;

export interface Health {
  /** DOWN: the database does not answer. DEGRADED: something is stale, failed, or cannot be read. */
  readonly status: 'OK' | 'DEGRADED' | 'DOWN';
  /** By Cameo's clock. */
  readonly now: Date;
  readonly database: DatabaseHealth;
  /** Null when it could not be read. */
  readonly queue: QueueHealth | null;
  readonly freshness: readonly Freshness[];
}

/** A health check that hangs is worse than one that fails. */
const LIMIT_MS = 1_500;

/** How Cameo is. Never throws, and answers within 2 s whatever the database does. */
export async function health(
  deps: Deps,
  providers: readonly FreshnessProvider[] = [],
): Promise<Health> {
  const [database, queue, ...freshness] = await Promise.all([
    withinLimit(databaseHealth(deps)).catch(down),
    withinLimit(queueHealth(deps)).catch(() => null),
    ...providers.map((provide) => withinLimit(provide(deps)).catch(() => null)),
  ]);
  const known = freshness.flatMap((entries) => entries ?? []);
  const well =
    queue?.failed === 0 && !freshness.includes(null) && !known.some(({ stale }) => stale);
  return {
    status: database.ok ? (well ? 'OK' : 'DEGRADED') : 'DOWN',
    now: deps.clock.now(),
    database,
    queue,
    freshness: known,
  };
}

async function databaseHealth({ db }: Deps): Promise<DatabaseHealth> {
  const start = performance.now();
  const [row] = await db.query<{ version: string }>(
    sql`select current_setting('server_version') as version`,
  );
  const latencyMs = Math.round((performance.now() - start) * 100) / 100;
  return { ok: true, latencyMs, version: row?.version ?? null, error: null };
}

const down = (error: Error & { code?: string }): DatabaseHealth => ({
  ok: false,
  latencyMs: null,
  version: null,
  // A driver's message may name hosts and users; its code says enough.
  error: error.code ?? 'The database does not answer.',
});

async function queueHealth({ db }: Deps): Promise<QueueHealth> {
  const [row] = await db.query<QueueHealth>(sql`
    select
      count(*) filter (where state = 'QUEUED')::int as queued,
      count(*) filter (where state = 'RUNNING')::int as running,
      count(*) filter (where state = 'FAILED')::int as failed,
      (select extract(epoch from now() - min(run_at))::float8 from graphile_worker.jobs
        where locked_at is null and attempts < max_attempts and run_at <= now()) as "oldestSeconds"
    from job_run
    where state in ('QUEUED', 'RUNNING', 'FAILED')`);
  return row ?? { queued: 0, running: 0, failed: 0, oldestSeconds: null };
}

async function withinLimit<Value>(work: Promise<Value>): Promise<Value> {
  const over = new AbortController();
  const limit = pause(LIMIT_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(`No answer within ${LIMIT_MS} ms.`);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    over.abort();
    // The one that lost the race may still reject; nobody waits for it any more.
    limit.catch(() => {});
    work.catch(() => {});
  }
}
