import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import type { Resolvers } from '../generated/graphql.ts';
import type { Context } from './context.ts';
import { customerResolvers } from './customers.ts';
import { eventResolvers } from './events.ts';
import { identityResolvers } from './identity.ts';
import { jobResolvers } from './jobs.ts';
import { scalars } from './scalars.ts';

const SDL = fileURLToPath(new URL('../schema/', import.meta.url));

const TOPICS: Resolvers[] = [
  scalars as unknown as Resolvers,
  customerResolvers,
  eventResolvers,
  identityResolvers,
  jobResolvers,
];

/** The API: src/schema/*.graphql with its resolvers. */
export function buildApi(): GraphQLSchema {
  const files = readdirSync(SDL).filter((name) => name.endsWith('.graphql'));
  return makeExecutableSchema<Context>({
    typeDefs: files.map((name) => readFileSync(`${SDL}${name}`, 'utf8')),
    resolvers: TOPICS,
  });
}
