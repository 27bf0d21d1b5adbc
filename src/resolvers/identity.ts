import type { CustomerRow } from '../features/customers/customer.ts';
import { customerIdentify as identify } from '../features/identity/customer-identify.ts';
import { customerMerge as merge } from '../features/identity/customer-merge.ts';
import { customerUnmerge as unmerge } from '../features/identity/customer-unmerge.ts';
import type { MutationResolvers, Resolvers } from '../generated/graphql.ts';
import { audited } from './audited.ts';
import type { Context } from './context.ts';

async function customerOf({ loaders }: Context, id: number | null): Promise<CustomerRow | null> {
  return id === null ? null : ((await loaders.customer.load(id)) ?? null);
}

const customerIdentify: MutationResolvers['customerIdentify'] = async (
  _root,
  { input },
  context,
) => {
  const { customerId, ...result } = await identify(context.services, context.actor, input);
  return { ...result, customer: await customerOf(context, customerId) };
};

const customerMerge: MutationResolvers['customerMerge'] = async (_root, { input }, context) => {
  const { customerId, ...result } = await merge(context.services, context.actor, input);
  return { ...result, customer: await customerOf(context, customerId) };
};

const customerUnmerge: MutationResolvers['customerUnmerge'] = async (_root, { input }, context) => {
  const { customerIds, ...result } = await unmerge(context.services, context.actor, input);
  const customers = await Promise.all(customerIds.map((id) => customerOf(context, id)));
  return { ...result, customers: customers.filter((row) => row !== null) };
};

export const identityResolvers: Resolvers = {
  Mutation: audited({ customerIdentify, customerMerge, customerUnmerge }),
};
