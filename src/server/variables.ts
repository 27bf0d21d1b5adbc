import type { ApolloServerPlugin } from '@apollo/server';
import { CameoError } from '../errors.ts';
import { isDeeperThan } from './limits.ts';

/** Refuses variables that nest deeper than `limit`: reading them recurses. */
export function boundVariables<Context extends object>(limit: number): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      didResolveSource: async ({ request }) => {
        if (isDeeperThan(request.variables, limit))
          throw new CameoError('TOO_LARGE', `Variables nest deeper than ${limit} levels.`);
      },
    }),
  };
}
