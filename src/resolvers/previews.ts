import type { CustomerRow } from '../features/customers/customer.ts';
import { segmentPreview as preview } from '../features/segments/preview.ts';
import type { QueryResolvers, Resolvers, SegmentPreviewResolvers } from '../generated/graphql.ts';
import type { Context } from './context.ts';

const segmentPreview: QueryResolvers['segmentPreview'] = (_root, args, { services, actor }) =>
  preview(services, actor, args);

/** Who has gone since the rule was tried is left out. */
async function customersOf({ loaders }: Context, ids: readonly number[]): Promise<CustomerRow[]> {
  const found = await Promise.all(ids.map((id) => loaders.customer.load(id)));
  return found.filter((customer) => customer !== undefined);
}

const fields: SegmentPreviewResolvers = {
  sample: (row, { first }, context) => customersOf(context, row.sample(first)),
  entering: (row, { first }, context) => customersOf(context, row.entering(first)),
  leaving: (row, { first }, context) => customersOf(context, row.leaving(first)),
  overlap: (row, { segments }) => row.overlap(segments),
};

export const previewResolvers: Resolvers = {
  Query: { segmentPreview },
  SegmentPreview: fields,
};
