import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Deps } from '../context.ts';
import { defineJob, type Job } from './define.ts';
import { changedCustomers, customersFrom } from './refresh-claim.ts';
import { dueFailures } from './refresh-failures.ts';
import { type PageContext, refreshPage } from './refresh-page.ts';
import type { Refreshers } from './refreshers.ts';

export interface RefreshOptions {
  /** Customers, or due memberships, a transaction; 500 when absent. */
  readonly pageSize?: number;
}

/**
 * The job that keeps features and segments fresh: works off the log of changed customers, then what
 * the passing of time has changed, then what failed before. Every page is one transaction with its
 * results; any number of these jobs may run at the same time.
 */
export function createRefresh(
  refreshers: Refreshers,
  { pageSize = 500 }: RefreshOptions = {},
): Job<Record<string, never>> {
  return defineJob({
    name: 'refresh',
    payload: z.strictObject({}),
    async run(_, { deps, signal }) {
      const context = { deps, refreshers, at: deps.clock.now(), pageSize };
      const sources = [
        changedCustomers(pageSize),
        customersFrom((tx) => refreshers.expired(tx, context.at, pageSize), 'skip'),
        customersFrom((tx) => dueFailures(tx, context.at, pageSize), 'alone'),
      ];
      for (const source of sources) {
        while ((await refreshPage(context, source)) > 0) signal.throwIfAborted();
      }
      await workOffDue(context, signal);
    },
  });
}

async function workOffDue({ deps, refreshers, at, pageSize }: PageContext, signal: AbortSignal) {
  for (let done = pageSize; done >= pageSize; ) {
    signal.throwIfAborted();
    done = await deps.db.transaction((tx) => refreshers.refreshDue(tx, at, pageSize));
  }
}

/** For the schedule: whether the log of changed customers has anything. */
export async function hasChanges({ db }: Deps): Promise<boolean> {
  const rows = await db.query(sql`select from customer_change limit 1`);
  return rows.length > 0;
}
