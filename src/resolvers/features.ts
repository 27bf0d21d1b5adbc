import { CameoError } from '../errors.ts';
import { featureValuesOf } from '../features/serving/feature-values.ts';
import { listFeatureViews } from '../features/serving/feature-views.ts';
import { pushFeatures } from '../features/serving/push-features.ts';
import type {
  CustomerResolvers,
  FeatureViewResolvers,
  MutationResolvers,
  QueryResolvers,
  Resolvers,
} from '../generated/graphql.ts';
import { audited } from './audited.ts';
import { loadCustomer } from './customers.ts';
import { payload } from './payload.ts';

const MOST_CUSTOMERS = 1_000;

const featureViews: QueryResolvers['featureViews'] = (_root, _args, { services }) =>
  listFeatureViews(services.db, services.store);

const onlineFeatures: QueryResolvers['onlineFeatures'] = async (_root, { input }, context) => {
  if (input.customers.length > MOST_CUSTOMERS)
    throw new CameoError('TOO_LARGE', `At most ${MOST_CUSTOMERS} customers a query.`, [
      'input',
      'customers',
    ]);
  const found = await Promise.all(
    input.customers.map((key) => loadCustomer(context, key, input.domain)),
  );
  // The values of nobody: every feature with the status NOT_FOUND.
  const ids = found.map((customer) => customer?.id ?? 0);
  const values = await featureValuesOf(context.services.store, ids, input);
  return found.map((customer, row) => ({ customer: customer ?? null, values: values[row] ?? [] }));
};

const features: CustomerResolvers['features'] = ({ id }, args, { loaders }) =>
  loaders.features(args).load(id);

const featuresPush: MutationResolvers['featuresPush'] = (_root, { input }, { services, actor }) =>
  payload({ accepted: 0 }, async () => ({
    accepted: await pushFeatures(services, actor, input.view, input.rows),
  }));

const featuresMaterialize: MutationResolvers['featuresMaterialize'] = (
  _root,
  { input },
  { services, actor },
) =>
  payload({ job: null }, async () => ({
    job: await services.queue.materialize(actor, input.views ?? undefined),
  }));

const featureLineage: QueryResolvers['featureLineage'] = (_root, { service }, { services }) =>
  services.store.lineage(service);

const views: FeatureViewResolvers = {
  statistics: ({ name }, _args, { loaders }) => loaders.statistics.load(name),
  alerts: ({ name }, { first }, { loaders }) => loaders.alerts(first).load(name),
};

export const featureResolvers: Resolvers = {
  Query: { featureViews, featureLineage, onlineFeatures },
  Mutation: audited({ featuresPush, featuresMaterialize }),
  Customer: { features },
  FeatureView: views,
};
