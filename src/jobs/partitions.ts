import { z } from 'zod';
import { ensureEventPartitions } from '../features/events/partitions.ts';
import { defineJob } from './define.ts';

/** Events of a month that has no partition go to the default one, and have to be moved later. */
const MONTHS_AHEAD = 3;

/** Makes the event partitions of this month and the next three, where they are missing. */
export const partitions = defineJob({
  name: 'partitions',
  payload: z.object({}),
  async run(_, { deps: { db, clock } }) {
    await ensureEventPartitions(db, ...monthsAhead(clock.now()));
  },
});

/** As `YYYY-MM`, in UTC. */
function monthsAhead(now: Date): string[] {
  const first = now.getUTCMonth();
  return Array.from({ length: MONTHS_AHEAD + 1 }, (_, index) =>
    new Date(Date.UTC(now.getUTCFullYear(), first + index, 1)).toISOString().slice(0, 7),
  );
}
