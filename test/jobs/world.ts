import sql from 'sql-template-tag';
import { systemActor } from '../../src/auth.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Deps } from '../../src/context.ts';
import { openDb } from '../../src/db.ts';
import type { JobRun } from '../../src/features/jobs/run.ts';
import { jobUpdates } from '../../src/features/jobs/updates.ts';
import type { Job } from '../../src/jobs/define.ts';
import { migrateQueue } from '../../src/jobs/queue.ts';
import { startWorker, type Worker, type WorkerOptions } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/logger.ts';
import { type Notifications, openNotifications } from '../../src/notifications.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/db.ts';

export const tester = systemActor('test');

/** A database with a queue, and all that jobs need. */
export interface World extends Deps {
  readonly url: string;
  readonly hub: Notifications;
  /** A worker that is stopped with the world, at the latest. */
  work(jobs: readonly Job[], options?: WorkerOptions): Promise<Worker>;
  /** The run, once it is as asked. */
  until(id: string, asked: (run: JobRun) => boolean): Promise<JobRun>;
  /** Makes a run that waits for its next attempt due now. */
  hurry(id: string): Promise<void>;
  end(): Promise<void>;
}

export async function makeWorld(clock: Clock = systemClock, given?: TestDatabase): Promise<World> {
  const database = given ?? (await createTestDatabase());
  const log = createLogger({ logLevel: 'silent', mode: 'test' });
  const db = openDb(database.url, { max: 20 });
  await migrateQueue(db, log);
  const hub = openNotifications(db, log);
  const deps = { db, clock, log };
  const workers: Worker[] = [];
  return {
    ...deps,
    url: database.url,
    hub,
    async work(jobs, options) {
      const worker = startWorker(deps, jobs, { recoverEveryMs: 100, ...options });
      workers.push(worker);
      await worker.ready;
      return worker;
    },
    async until(id, asked) {
      for await (const run of jobUpdates(deps, hub, tester, id)) if (asked(run)) return run;
      throw new Error(`The run ${id} ended otherwise`);
    },
    async hurry(id) {
      await db.query(sql`
        select graphile_worker.reschedule_jobs(
          array(select id from graphile_worker.jobs where key = ${id}), run_at => now()),
          pg_notify('jobs:insert', '')`);
    },
    async end() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await hub.close();
      await db.close();
      await database.drop();
    },
  };
}

/** A promise, and the function that resolves it. */
export function signpost<Value = void>() {
  let reach: (value: Value) => void = () => {};
  const reached = new Promise<Value>((resolve) => {
    reach = resolve;
  });
  return { reached, reach };
}
