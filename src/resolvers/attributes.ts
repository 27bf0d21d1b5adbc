import { CameoError } from '../errors.ts';
import { labelCandidates as candidatesOf } from '../features/models/label-candidates.ts';
import type {
  AttributeResolvers,
  CustomerResolvers,
  LabelCandidateResolvers,
  ModelResolvers,
  Resolvers,
} from '../generated/graphql.ts';

const attributes: CustomerResolvers['attributes'] = ({ id }, { names }, { loaders }) =>
  loaders.attributes({ names: names ?? undefined }).load(id);

const attribute: AttributeResolvers = {
  version: async ({ versionId }, _args, { loaders }) => {
    const version = await loaders.modelVersion.load(versionId);
    if (version) return version;
    throw new CameoError('NOT_FOUND', `Model version ${versionId} is not there any more.`);
  },
};

const labelCandidates: ModelResolvers['labelCandidates'] = (model, args, { services }) =>
  candidatesOf(services, model, args);

const candidate: LabelCandidateResolvers = {
  customer: async ({ customerId }, _args, { loaders }) => {
    const customer = await loaders.customer.load(customerId);
    if (customer) return customer;
    throw new CameoError('NOT_FOUND', `Customer ${customerId} is not there any more.`);
  },
};

export const attributeResolvers: Resolvers = {
  Customer: { attributes },
  Attribute: attribute,
  Model: { labelCandidates },
  LabelCandidate: candidate,
};
