import type { Rule } from '../../src/features/segments/rule/types.ts';

/** An invoice; cancelled ones, gifts and adjustments are other types. */
const INVOICE = { type: 'order' } as const;

/** Seven segments of a real shop, for any day; docs/segments.md shows them as of 2011-09-10. */
export const RETAIL_RULES: Readonly<Record<string, Rule>> = {
  champions: {
    and: [
      { event: { ...INVOICE, within: '90d', count: { gte: 5 } } },
      { event: { ...INVOICE, within: '30d' } },
    ],
  },
  'at-risk': {
    and: [
      { event: { ...INVOICE, from: '270d', to: '90d', count: { gte: 3 } } },
      { event: { ...INVOICE, within: '90d', count: { eq: 0 } } },
    ],
  },
  new: { event: { ...INVOICE, within: '30d', first: true } },
  lapsed: {
    and: [{ event: INVOICE }, { not: { event: { ...INVOICE, within: '180d' } } }],
  },
  'one-time': { event: { ...INVOICE, count: { eq: 1 } } },
  'weekend-buyers': {
    event: {
      type: 'order',
      where: [{ name: '$weekday', op: 'IN', value: [6, 7] }],
      within: '180d',
      count: { gte: 2 },
    },
  },
  'christmas-then-stopped': {
    and: [
      {
        sequence: {
          steps: [
            INVOICE,
            {
              type: 'order_line',
              where: [{ name: 'description', op: 'CONTAINS', value: 'CHRISTMAS' }],
            },
          ],
        },
      },
      { event: { ...INVOICE, within: '90d', count: { eq: 0 } } },
    ],
  },
};
