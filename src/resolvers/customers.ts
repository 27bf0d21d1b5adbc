import type { CustomerRow } from '../features/customers/customer.ts';
import { type CustomerKey, parseCustomerId, requireKey } from '../features/customers/key.ts';
import { countCustomers, listCustomers } from '../features/customers/list.ts';
import type { CustomerResolvers, QueryResolvers, Resolvers } from '../generated/graphql.ts';
import { connect } from './connection.ts';
import type { Context } from './context.ts';

/** The customer behind a key, if there is one that the caller may see. */
export async function loadCustomer(
  { loaders }: Context,
  key: CustomerKey,
  domain: string | null | undefined,
): Promise<CustomerRow | undefined> {
  const { id, identity } = requireKey(key);
  if (identity)
    return loaders.customerByIdentity.load({ ...identity, domain: domain ?? undefined });
  const number = parseCustomerId(id ?? '');
  return number === undefined ? undefined : loaders.customer.load(number);
}

const customer: QueryResolvers['customer'] = async (_root, { key, domain }, context) =>
  (await loadCustomer(context, key, domain)) ?? null;

const customers: QueryResolvers['customers'] = async (_root, args, { actor, services }) => {
  const filter = args.filter ?? {};
  const page = await listCustomers(services, actor, filter, args.orderBy ?? [], args);
  return connect(page, () => countCustomers(services.db, actor, filter));
};

const fields: CustomerResolvers = {
  identities: ({ id }, _args, { loaders }) => loaders.identities.load(id),
  events: async ({ id }, args, { loaders }) => connect(await loaders.timeline(args).load(id)),
};

export const customerResolvers: Resolvers = {
  Query: { customer, customers },
  Customer: fields,
};
