import type { ApolloServerPlugin } from '@apollo/server';
import { CameoError } from '../errors.ts';
import { isDeeperThan } from './limits.ts';
import { refusal } from './mask.ts';

/** Refuses variables that nest deeper than `limit`: reading them recurses. */
export function boundVariables<Context extends object>(limit: number): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ request }) => {
        if (isDeeperThan(request.variables, limit))
          throw refusal(new CameoError('TOO_LARGE', `Variables nest deeper than ${limit} levels.`));
      },
    }),
  };
}
