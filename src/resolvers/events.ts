import { ingestEvents } from '../features/events/ingest.ts';
import type { MutationResolvers, Resolvers } from '../generated/graphql.ts';
import { audited } from './audited.ts';

const eventsIngest: MutationResolvers['eventsIngest'] = (_root, { input }, { services, actor }) =>
  ingestEvents(services, actor, input);

export const eventResolvers: Resolvers = {
  Mutation: audited({ eventsIngest }),
};
