import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import type { ListedStore } from '../features/store/list.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { attributeResolvers } from './attributes.ts';
import type { Context } from './context.ts';
import { customerResolvers } from './customers.ts';
import { embeddingResolvers } from './embeddings.ts';
import { eventResolvers } from './events.ts';
import { featureResolvers } from './features.ts';
import { identityResolvers } from './identity.ts';
import { jobResolvers } from './jobs.ts';
import { modelResolvers } from './models.ts';
import { previewResolvers } from './previews.ts';
import { scalars } from './scalars.ts';
import { segmentResolvers } from './segments.ts';
import { strategyResolvers } from './strategies.ts';
import { typedFeatures } from './typed-features.ts';
import { webhookResolvers } from './webhooks.ts';

const SDL = fileURLToPath(new URL('../schema/', import.meta.url));

const TOPICS: Resolvers[] = [
  scalars as unknown as Resolvers,
  customerResolvers,
  eventResolvers,
  identityResolvers,
  featureResolvers,
  segmentResolvers,
  previewResolvers,
  strategyResolvers,
  webhookResolvers,
  jobResolvers,
  modelResolvers,
  attributeResolvers,
  embeddingResolvers,
];

/** The API: src/schema/*.graphql with its resolvers, and a typed field for each feature view. */
export function buildApi(features: ListedStore): GraphQLSchema {
  const typed = typedFeatures(features);
  const files = readdirSync(SDL).filter((name) => name.endsWith('.graphql'));
  return makeExecutableSchema<Context>({
    typeDefs: [...files.map((name) => readFileSync(`${SDL}${name}`, 'utf8')), typed.typeDefs],
    resolvers: [...TOPICS, typed.resolvers],
  });
}
