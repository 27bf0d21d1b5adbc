import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import type { Deps } from '../context.ts';
import { createFolderStore } from '../features/artefacts/folder-store.ts';
import { createS3Store } from '../features/artefacts/s3-store.ts';
import type { ArtefactStore } from '../features/artefacts/store.ts';
import { createBases } from '../features/models/bases.ts';
import type { ModelDeps, ModelQueue } from '../features/models/deps.ts';
import { hasServingModels } from '../features/models/predict/serving.ts';
import { hasDueModels } from '../features/models/retrain.ts';
import type { TrainingDeps } from '../features/models/training/deps.ts';
import type { FeatureStore } from '../features/store/store.ts';
import { createCollect } from '../jobs/collect.ts';
import type { Job } from '../jobs/define.ts';
import { createPredict, createPredictionRefresh } from '../jobs/predictions.ts';
import { enqueue } from '../jobs/queue.ts';
import { createDriftRetrain, createRetrain } from '../jobs/retrain.ts';
import type { Schedule } from '../jobs/schedule.ts';
import { createTrain } from '../jobs/train.ts';
import type { Notifications } from '../notifications.ts';
import { readCodeVersion } from './code-version.ts';
import type { Engine } from './engine.ts';

const SHIPPED_MODELS = fileURLToPath(new URL('../../models', import.meta.url));
const LONGEST_TRAINING_MS = 24 * 3_600_000;

export interface ModelParts extends Deps {
  readonly config: Config;
  readonly store: FeatureStore;
  readonly notifications: Notifications;
  readonly engine: Engine;
  readonly artefacts: ArtefactStore;
  readonly refreshEmbeddings: ModelQueue['refreshEmbeddings'];
}

/** What the API needs of models, and the work that goes with them. */
export interface Models {
  readonly deps: ModelDeps;
  readonly jobs: readonly Job[];
  /** The long ones, which a worker of their own does. */
  readonly training: readonly Job[];
  readonly schedules: readonly Schedule[];
}

/** Puts training, promotion and prediction together. */
export function createModels(parts: ModelParts): Models {
  const training = trainingDeps(parts, {
    train: (tx, runId) => enqueue(tx, train, { runId }),
    refreshPredictions: (tx, model) => enqueue(tx, refresh, model === undefined ? {} : { model }),
    refreshEmbeddings: parts.refreshEmbeddings,
  });
  const train = createTrain(training);
  const predict = createPredict({ ...training, predictor: parts.engine.predictor });
  const refresh = createPredictionRefresh(training, predict);
  const retrain = createRetrain(training);
  const drift = createDriftRetrain(training);
  const collect = createCollect(training);
  return {
    deps: training,
    jobs: [predict, refresh, retrain, drift, collect],
    training: [train],
    schedules: [
      { job: retrain, payload: {}, cron: '15 * * * * *', when: hasDueModels },
      // After the nightly look at the features.
      { job: drift, payload: {}, cron: '0 11 2 * * *' },
      { job: refresh, payload: {}, cron: '0 17 * * * *', when: ({ db }) => hasServingModels(db) },
      { job: collect, payload: {}, cron: '0 31 3 * * *' },
    ],
  };
}

function trainingDeps(parts: ModelParts, modelQueue: ModelQueue): TrainingDeps {
  const { config, engine } = parts;
  return {
    ...{ db: parts.db, clock: parts.clock, log: parts.log },
    ...{ store: parts.store, notifications: parts.notifications, modelQueue },
    bases: createBases([join(config.home, 'models'), SHIPPED_MODELS]),
    checkHyperparameters: engine.checkHyperparameters,
    artefacts: parts.artefacts,
    trainer: {
      command: engine.command,
      runs: join(config.home, 'runs'),
      threads: config.ml.threads,
      backend: config.ml.backend,
      timeoutMs: LONGEST_TRAINING_MS,
      codeVersion: readCodeVersion(),
    },
  };
}

/** Where versions are kept: a folder, and a bucket behind it where one is configured. */
export function createArtefacts({ ml }: Config): ArtefactStore {
  const folder = createFolderStore(ml.artefacts);
  return ml.bucket ? createS3Store(ml.bucket, folder, ml.artefacts) : folder;
}
