import { z } from 'zod';
import type { FeatureStore } from '../features/store/store.ts';
import { defineJob } from './define.ts';

/** Measures every stored view: null rates, distributions, drift against the baseline, lag, alerts. */
export const createMonitor = (store: FeatureStore) =>
  defineJob({
    name: 'monitor',
    payload: z.strictObject({}),
    async run(_, { progress, signal }) {
      const views = store.list().views.filter((view) => view.kind !== 'onDemand');
      for (const [index, view] of views.entries()) {
        signal.throwIfAborted();
        await store.monitor({ view: view.name });
        await progress((index + 1) / views.length);
      }
    },
  });
