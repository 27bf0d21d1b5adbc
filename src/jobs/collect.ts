import { z } from 'zod';
import { collectArtefacts } from '../features/artefacts/collect.ts';
import type { TrainingDeps } from '../features/models/training/deps.ts';
import { collectFolders } from '../features/models/training/folder.ts';
import { defineJob } from './define.ts';

/** Removes artefacts that no version names and folders of runs that have ended. */
export const createCollect = (training: TrainingDeps) =>
  defineJob({
    name: 'collect-artefacts',
    payload: z.strictObject({}),
    async run(_, { deps }) {
      await collectFolders(deps.db, training.trainer.runs);
      await collectArtefacts(deps, training.artefacts, deps.clock.now());
    },
  });
