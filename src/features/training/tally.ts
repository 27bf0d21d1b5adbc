import { mask } from '../../ml/text/mask.ts';
import type { BadLabelReason, BadLabels, RowsReport } from './request.ts';

const MOST_EXAMPLES = 5;
const MOST_VALUE = 80;

/** Counts what becomes of the labels while rows are drawn. */
export function createTally() {
  const bad = new Map<BadLabelReason, { count: number; examples: BadLabels['examples'] }>();
  let rows = 0;
  let cut = 0;
  return {
    row: (wasCut: boolean): void => {
      rows += 1;
      cut += Number(wasCut);
    },
    bad(reason: BadLabelReason, customerId: number, value: unknown): void {
      const { count, examples } = bad.get(reason) ?? { count: 0, examples: [] };
      const example = { customerId, value: show(value) };
      const more = examples.length < MOST_EXAMPLES ? [...examples, example] : examples;
      bad.set(reason, { count: count + 1, examples: more });
    },
    report: (): RowsReport => ({
      rows,
      cut,
      bad: [...bad]
        .map(([reason, found]) => ({ reason, ...found }))
        .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
    }),
  };
}

export type Tally = ReturnType<typeof createTally>;

const show = (value: unknown): string => mask(JSON.stringify(value) ?? '').slice(0, MOST_VALUE);
