import { CameoError } from '../errors.ts';
import type { ModelRow } from '../features/models/model.ts';
import type { VersionRow } from '../features/models/version.ts';
import type {
  CustomerResolvers,
  HealthResolvers,
  ModelResolvers,
  ModelVersionResolvers,
  PredictionResolvers,
  TrainingRunResolvers,
} from '../generated/graphql.ts';
import { connect } from './connection.ts';
import type { Context } from './context.ts';

/** The model of something that the caller has seen: it is there, and it may be seen too. */
async function modelOf({ loaders }: Context, id: number): Promise<ModelRow> {
  const model = await loaders.model.load(id);
  if (model) return model;
  throw new CameoError('NOT_FOUND', `Model ${id} is not there any more.`);
}

async function versionOf({ loaders }: Context, id: number | null): Promise<VersionRow | null> {
  return id === null ? null : ((await loaders.modelVersion.load(id)) ?? null);
}

const model: ModelResolvers = {
  task: ({ kind, labels }) => ({ kind, labels }),
  active: ({ activeVersionId }, _args, context) => versionOf(context, activeVersionId),
  versions: async ({ id }, args, { loaders }) =>
    connect(await loaders.modelVersions(args).load(id)),
  runs: ({ id }, { first }, { loaders }) => loaders.trainingRuns(first).load(id),
  schedule: ({ cron, nextRetrainAt: nextAt, driftThreshold }) => ({ cron, nextAt, driftThreshold }),
};

const version: ModelVersionResolvers = {
  model: ({ modelId }, _args, context) => modelOf(context, modelId),
  parent: ({ parentId }, _args, context) => versionOf(context, parentId),
};

/** A subscription lives long: what a run leads to is read anew, past what its loaders remember. */
const run: TrainingRunResolvers = {
  model: ({ modelId }, _args, context) => {
    context.loaders.model.clear(modelId);
    return modelOf(context, modelId);
  },
  curve: ({ id }, _args, { loaders }) => loaders.curve.clear(id).load(id),
  version: ({ versionId }, _args, context) => {
    if (versionId !== null) context.loaders.modelVersion.clear(versionId);
    return versionOf(context, versionId);
  },
};

const prediction: PredictionResolvers = {
  version: async ({ versionId }, _args, context) => {
    const found = await versionOf(context, versionId);
    if (found) return found;
    throw new CameoError('NOT_FOUND', `Model version ${versionId} is not there any more.`);
  },
};

const predictions: CustomerResolvers['predictions'] = ({ id }, { task }, { loaders }) =>
  loaders.predictions({ tasks: task ?? undefined }).load(id);

const ml: HealthResolvers['ml'] = (_health, _args, { services }) =>
  services.ml().catch((error: Error) => {
    services.log.warn({ err: error }, 'the learning engine cannot be asked');
    return null;
  });

export const modelFields = {
  Model: model,
  ModelVersion: version,
  TrainingRun: run,
  Prediction: prediction,
  Customer: { predictions },
  Health: { ml },
};
