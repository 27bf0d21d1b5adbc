import { CameoError } from '../errors.ts';
import { type CustomerRow, customersById } from '../features/customers/customer.ts';
import type { CustomerKey } from '../features/customers/key.ts';
import { segmentDelete as remove } from '../features/segments/delete.ts';
import { explainAnyMembership as explain } from '../features/segments/lookalike/explain.ts';
import { countMembers, membersOf } from '../features/segments/membership.ts';
import {
  type MembershipChange,
  membershipChanges,
} from '../features/segments/membership-changes.ts';
import { segmentSave as save } from '../features/segments/save.ts';
import { listSegments, segmentByKey } from '../features/segments/segment.ts';
import type {
  CustomerResolvers,
  MutationResolvers,
  QueryResolvers,
  Resolvers,
  SegmentResolvers,
  SubscriptionResolvers,
} from '../generated/graphql.ts';
import { audited } from './audited.ts';
import { connect } from './connection.ts';
import type { Context } from './context.ts';
import { loadCustomer } from './customers.ts';
import { payload } from './payload.ts';

const segment: QueryResolvers['segment'] = async (_root, { key }, { services, actor }) =>
  (await segmentByKey(services.db, actor, key)) ?? null;

const segments: QueryResolvers['segments'] = async (_root, args, { services, actor }) =>
  connect(await listSegments(services.db, actor, args));

const members: SegmentResolvers['members'] = async (row, args, { services, loaders }) => {
  const page = await membersOf(services.db, row, args);
  const found = await loaders.customer.loadMany(page.rows.map(({ id }) => id));
  const rows = found.filter((customer) => customer !== undefined && 'traits' in customer);
  return connect({ ...page, rows, cursorOf: ({ id }) => page.cursorOf({ id }) }, () =>
    countMembers(services.db, row, args.at ?? undefined),
  );
};

const customerSegments: CustomerResolvers['segments'] = ({ id }, { at }, { loaders }) =>
  loaders.segments({ at: at ?? undefined }).load(id);

const explainMembership: CustomerResolvers['explainMembership'] = (
  { id },
  { segment, at },
  { services, actor },
) => explain(services, actor, { customerId: id, segmentKey: segment, at: at ?? undefined });

const segmentSave: MutationResolvers['segmentSave'] = (_root, { input }, context) =>
  payload({ segment: null }, async () => {
    const { members, addMembers, removeMembers, ...rest } = input;
    const { segment, userErrors } = await save(context.services, context.actor, {
      ...rest,
      members: await idsOf(context, members, 'members', input.domain),
      addMembers: await idsOf(context, addMembers, 'addMembers', input.domain),
      removeMembers: await idsOf(context, removeMembers, 'removeMembers', input.domain),
    });
    return { segment: segment ?? null, userErrors: [...userErrors] };
  });

/** @throws CameoError NOT_FOUND with the place of the first key that nobody answers to. */
async function idsOf(
  context: Context,
  keys: readonly CustomerKey[] | null | undefined,
  field: string,
  domain: string | null | undefined,
): Promise<number[] | undefined> {
  if (!keys) return undefined;
  const found = await Promise.all(keys.map((key) => loadCustomer(context, key, domain)));
  return found.map((customer, place) => {
    if (customer) return customer.id;
    throw new CameoError('NOT_FOUND', 'There is no such customer.', [field, String(place)]);
  });
}

const segmentDelete: MutationResolvers['segmentDelete'] = (_root, { input }, context) =>
  payload({ deleted: false }, async () => {
    const { deleted, userErrors } = await remove(context.services, context.actor, input.key);
    return { deleted, userErrors: [...userErrors] };
  });

const segmentRefresh: MutationResolvers['segmentRefresh'] = (_root, { input }, context) =>
  payload({ job: null }, async () => ({
    job: await context.services.queue.refreshSegments(context.actor, input.keys ?? undefined),
  }));

const segmentMembershipChanged: SubscriptionResolvers['segmentMembershipChanged'] = {
  subscribe: async (_root, { segment }, { services, actor }) =>
    (await membershipChanges(
      services,
      services.notifications,
      actor,
      segment,
    )) as AsyncIterable<never>,
  resolve: (change: unknown) => change as never,
};

/** A subscription lives long: each change is loaded anew, past the loaders of its connection. */
const changedCustomer = async (
  { customerId }: MembershipChange,
  _args: unknown,
  { services, actor }: Context,
): Promise<CustomerRow> => {
  const [customer] = await customersById(services.db, actor, [customerId]);
  if (customer) return customer;
  throw new CameoError('NOT_FOUND', `Customer ${customerId} is not there any more.`);
};

export const segmentResolvers: Resolvers = {
  Query: { segment, segments },
  Mutation: audited({ segmentSave, segmentDelete, segmentRefresh }),
  Customer: { segments: customerSegments, explainMembership },
  Segment: { members },
  SegmentMembershipChange: { customer: changedCustomer },
  Subscription: { segmentMembershipChanged },
};
