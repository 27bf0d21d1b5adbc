import type { SegmentSaveInput } from '../features/segments/save.ts';

/** Segments of the demo world: one of each of the usual questions. */
export const DEMO_SEGMENTS: readonly SegmentSaveInput[] = [
  {
    key: 'active',
    name: 'Active in the last 30 days',
    domain: 'retail',
    rule: { event: { type: 'page_view', within: '30d' } },
  },
  {
    key: 'big-spenders',
    name: 'Spent much, and lately',
    domain: 'retail',
    rule: {
      and: [
        { feature: { name: 'rfm:monetary', op: 'GTE', value: 500 } },
        { event: { type: 'order', within: '90d' } },
      ],
    },
  },
  {
    key: 'lapsed',
    name: 'Bought once, silent for 90 days',
    domain: 'retail',
    rule: {
      and: [{ event: { type: 'order' } }, { not: { event: { type: 'page_view', within: '90d' } } }],
    },
  },
  {
    key: 'abandoned-cart',
    name: 'Left a full cart in the last week',
    domain: 'retail',
    rule: {
      sequence: {
        steps: [{ type: 'add_to_cart' }],
        during: '7d',
        endsWithout: { type: 'order' },
      },
    },
  },
  {
    key: 'savers',
    name: 'Deposits every month',
    domain: 'finance',
    rule: {
      event: { type: 'deposit', regularity: { period: '30d', periods: 3, atLeast: 2 } },
    },
  },
];
