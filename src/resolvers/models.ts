import { trainingRunCancel as cancel } from '../features/models/cancel.ts';
import { listModels, modelByName } from '../features/models/model.ts';
import { modelPromote as promote, modelRollback as rollBack } from '../features/models/promote.ts';
import { predictionsRefresh as refresh } from '../features/models/refresh-predictions.ts';
import { requireRun, runById } from '../features/models/run.ts';
import { runUpdates } from '../features/models/run-updates.ts';
import { modelSchedule as schedule } from '../features/models/schedule.ts';
import { modelTrain as train } from '../features/models/train.ts';
import type {
  MutationResolvers,
  QueryResolvers,
  Resolvers,
  SubscriptionResolvers,
} from '../generated/graphql.ts';
import { audited } from './audited.ts';
import { modelFields } from './model-fields.ts';
import { payload } from './payload.ts';

const model: QueryResolvers['model'] = async (_root, { name }, { services, actor }) =>
  (await modelByName(services.db, actor, name)) ?? null;

const models: QueryResolvers['models'] = (_root, _args, { services, actor }) =>
  listModels(services.db, actor);

const trainingRun: QueryResolvers['trainingRun'] = async (_root, { id }, { services, actor }) =>
  (await runById(services.db, actor, id)) ?? null;

const modelTrain: MutationResolvers['modelTrain'] = (_root, { input }, { services, actor }) =>
  payload({ run: null }, async () => ({ run: await train(services, actor, input) }));

const trainingRunCancel: MutationResolvers['trainingRunCancel'] = (
  _root,
  { input },
  { services, actor },
) => payload({ run: null }, async () => ({ run: await cancel(services, actor, input.id) }));

const modelPromote: MutationResolvers['modelPromote'] = (_root, { input }, { services, actor }) =>
  payload({ model: null, version: null }, () => promote(services, actor, input));

const modelRollback: MutationResolvers['modelRollback'] = (_root, { input }, { services, actor }) =>
  payload({ model: null, version: null }, () => rollBack(services, actor, input.model));

const modelSchedule: MutationResolvers['modelSchedule'] = (_root, { input }, { services, actor }) =>
  payload({ model: null }, async () => ({ model: await schedule(services, actor, input) }));

const predictionsRefresh: MutationResolvers['predictionsRefresh'] = (
  _root,
  { input },
  { services, actor },
) => payload({ job: null }, async () => ({ job: await refresh(services, actor, input.model) }));

const trainingRunUpdated: SubscriptionResolvers['trainingRunUpdated'] = {
  subscribe: async (_root, { id }, { services, actor }) => {
    // Said here, it is an answer; thrown by the stream, it would break the socket.
    await requireRun(services.db, actor, id);
    return runUpdates(services, services.notifications, actor, id) as AsyncIterable<never>;
  },
  resolve: (run: unknown) => run as never,
};

export const modelResolvers: Resolvers = {
  Query: { model, models, trainingRun },
  Mutation: audited({
    modelTrain,
    trainingRunCancel,
    modelPromote,
    modelRollback,
    modelSchedule,
    predictionsRefresh,
  }),
  Subscription: { trainingRunUpdated },
  ...modelFields,
};
