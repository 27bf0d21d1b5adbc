import { Logger as GraphileLogger } from 'graphile-worker';
import type { Logger } from '../logger.ts';

/** Sends graphile-worker's lines to our log. Outcomes of jobs are left out: we log those ourselves. */
export function graphileLogger(log: Logger): GraphileLogger {
  return new GraphileLogger(() => (level, message, meta) => {
    const ofOneJob = meta && ('failure' in meta || 'success' in meta);
    if (level === 'error' && !ofOneJob) log.warn({ from: 'queue' }, message);
    else log.trace({ from: 'queue' }, message);
  });
}
