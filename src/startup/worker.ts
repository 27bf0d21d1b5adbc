import { logEmbeddingChanges } from '../features/embeddings/changes.ts';
import { refreshCustomers, refreshDue } from '../features/segments/store/refresh-customers.ts';
import type { Services } from '../features/services.ts';
import { startSchedules } from '../jobs/schedule.ts';
import { standardJobs } from '../jobs/standard.ts';
import { startWorker } from '../jobs/worker.ts';
import type { Closing } from './closing.ts';
import type { Work } from './services.ts';

/** Starts the worker and the schedules. Any number of processes may. */
export function openWorker(services: Services, work: Work, closing: Closing): void {
  const { store } = services;
  const standard = standardJobs({
    materializeCustomers: (tx, ids, at) => store.materializeCustomers(tx, [...ids], at),
    expired: (tx, at, limit) => store.expired(tx, at, limit),
    refreshCustomers: async (tx, ids, at) => {
      await refreshCustomers(services, tx, ids, at);
      await logEmbeddingChanges(tx, ids, at);
    },
    refreshDue: (tx, at, limit) => refreshDue(services, tx, at, limit),
  });
  const worker = startWorker(services, [...standard.jobs, ...work.jobs]);
  closing.add('worker', () => worker.stop());
  // A training takes hours: it must not keep the jobs that take seconds waiting.
  const trainer = startWorker(services, work.training, { concurrency: 1 });
  closing.add('trainer', () => trainer.stop());
  const schedules = startSchedules(services, [...standard.schedules, ...work.schedules]);
  closing.add('schedules', () => schedules.stop());
}
