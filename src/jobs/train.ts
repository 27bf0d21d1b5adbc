import { z } from 'zod';
import type { TrainingDeps } from '../features/models/training/deps.ts';
import { endRun } from '../features/models/training/end-run.ts';
import { executeRun, removeFolder } from '../features/models/training/execute.ts';
import { defineJob } from './define.ts';

/**
 * Carries out one training run. A refusal or a cancellation is an outcome of the run, and this job is
 * done; a crash fails it, and its next attempt goes on from the last checkpoint.
 */
export const createTrain = (training: TrainingDeps) =>
  defineJob({
    name: 'train',
    payload: z.strictObject({ runId: z.uuid() }),
    async run({ runId }, helpers) {
      const ending = await executeRun(training, runId, helpers);
      if (!ending) return;
      await helpers.finish((tx) => endRun(training, tx, runId, ending));
      await removeFolder(training, runId);
    },
  });
