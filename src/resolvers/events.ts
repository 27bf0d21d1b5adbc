import { ingestEvents } from '../features/events/ingest.ts';
import { labelsImport as importLabels } from '../features/events/labels-import.ts';
import type { MutationResolvers, Resolvers } from '../generated/graphql.ts';
import { audited } from './audited.ts';

const eventsIngest: MutationResolvers['eventsIngest'] = (_root, { input }, { services, actor }) =>
  ingestEvents(services, actor, input);

const labelsImport: MutationResolvers['labelsImport'] = (_root, { input }, { services, actor }) =>
  importLabels(services, actor, input);

export const eventResolvers: Resolvers = {
  Mutation: audited({ eventsIngest, labelsImport }),
};
