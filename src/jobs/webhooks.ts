import sql from 'sql-template-tag';
import { z } from 'zod';
import type { Deps } from '../context.ts';
import { deliverWebhooks } from '../features/segments/webhooks/deliver.ts';
import { defineJob } from './define.ts';

/** Sends the membership changes that are due; what fails is tried again by a later run. */
export const webhooks = defineJob({
  name: 'webhooks',
  payload: z.strictObject({}),
  async run(_, { deps, signal }) {
    for (;;) {
      const { delivered, failed } = await deliverWebhooks(deps);
      if (delivered + failed === 0) return;
      signal.throwIfAborted();
    }
  },
});

/** For the schedule: whether anything is due. */
export async function hasDeliveries({ db, clock }: Deps): Promise<boolean> {
  const rows = await db.query(sql`
    select from webhook_delivery where next_attempt_at <= ${clock.now()}::timestamptz limit 1`);
  return rows.length > 0;
}
