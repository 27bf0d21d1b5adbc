import { z } from 'zod';
import type { ModelDeps } from '../features/models/deps.ts';
import { retrainDrifted } from '../features/models/drift.ts';
import { retrainDue } from '../features/models/retrain.ts';
import { defineJob } from './define.ts';

/** Queues the trainings whose schedule has come. */
export const createRetrain = (models: ModelDeps) =>
  defineJob({
    name: 'retrain',
    payload: z.strictObject({}),
    run: async () => void (await retrainDue(models)),
  });

/** Queues a training of each model whose features have drifted. */
export const createDriftRetrain = (models: ModelDeps) =>
  defineJob({
    name: 'drift-retrain',
    payload: z.strictObject({}),
    run: async () => void (await retrainDrifted(models)),
  });
