import type { SimilarRow } from '../features/embeddings/similar.ts';
import { segmentLookalike as saveLookalike } from '../features/segments/lookalike/save.ts';
import type {
  CustomerResolvers,
  HealthResolvers,
  MutationResolvers,
  Resolvers,
  SegmentResolvers,
  SimilarCustomerResolvers,
} from '../generated/graphql.ts';
import { audited } from './audited.ts';
import { payload } from './payload.ts';

const embeddingsRefresh: MutationResolvers['embeddingsRefresh'] = (
  _root,
  { input },
  { services, actor },
) =>
  payload({ job: null }, async () => ({
    job: await services.queue.refreshEmbeddings(actor, input.model ?? undefined),
  }));

const segmentLookalike: MutationResolvers['segmentLookalike'] = (
  _root,
  { input },
  { services, actor },
) =>
  payload({ segment: null }, async () => ({
    segment: (await saveLookalike(services, actor, input)) ?? null,
  }));

const similar: CustomerResolvers['similar'] = ({ id }, args, { loaders }) =>
  loaders.similar(args).load(id);

const because: SimilarCustomerResolvers['because'] = (
  { of, customer }: SimilarRow,
  _args,
  { loaders },
) => loaders.because.load({ of, id: customer.id });

const lookalike: SegmentResolvers['lookalike'] = ({ id }, _args, { loaders }) =>
  loaders.lookalike.load(id);

const similarityIndexes: HealthResolvers['similarityIndexes'] = (_root, _args, { services }) =>
  services.similarityIndexes().map(({ rows, ...index }) => ({ ...index, customers: rows }));

export const embeddingResolvers: Resolvers = {
  Mutation: audited({ embeddingsRefresh, segmentLookalike }),
  Customer: { similar },
  SimilarCustomer: { because },
  Segment: { lookalike },
  Health: { similarityIndexes },
};
