import {
  webhookAdd as add,
  listWebhooks,
  webhookRemove as remove,
} from '../features/segments/webhooks/endpoints.ts';
import type { MutationResolvers, QueryResolvers, Resolvers } from '../generated/graphql.ts';
import { audited } from './audited.ts';
import { payload } from './payload.ts';

const webhooks: QueryResolvers['webhooks'] = (_root, _args, { services, actor }) =>
  listWebhooks(services, actor);

const webhookAdd: MutationResolvers['webhookAdd'] = (_root, { input }, { services, actor }) =>
  payload({ id: null, secret: null }, () => {
    const { domain, url, segments } = input;
    return add(services, actor, { domain, url, ...(segments && { segments }) });
  });

const webhookRemove: MutationResolvers['webhookRemove'] = (_root, { input }, { services, actor }) =>
  payload({ removed: false }, async () => {
    await remove(services, actor, Number(input.id));
    return { removed: true };
  });

export const webhookResolvers: Resolvers = {
  Query: { webhooks },
  Mutation: audited({ webhookAdd, webhookRemove }),
};
