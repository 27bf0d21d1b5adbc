import { segmentByKey } from '../features/segments/segment.ts';
import { strategySave as save } from '../features/segments/strategy/strategy.ts';
import type {
  CustomerResolvers,
  MutationResolvers,
  Resolvers,
  SegmentResolvers,
} from '../generated/graphql.ts';
import { audited } from './audited.ts';
import { payload } from './payload.ts';

const strategySave: MutationResolvers['strategySave'] = (_root, { input }, context) =>
  payload({ segment: null }, async () => {
    const { services, actor } = context;
    await save(services, actor, input.segment, input.strategy ?? null);
    return { segment: (await segmentByKey(services.db, actor, input.segment)) ?? null };
  });

const strategy: SegmentResolvers['strategy'] = ({ id }, _args, { loaders }) =>
  loaders.strategy.load(id);

const nextBestActions: CustomerResolvers['nextBestActions'] = ({ id }, _args, { loaders }) =>
  loaders.nextBestActions.load(id);

export const strategyResolvers: Resolvers = {
  Mutation: audited({ strategySave }),
  Segment: { strategy },
  Customer: { nextBestActions },
};
