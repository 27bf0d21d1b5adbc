import type { TrainingRow } from '../../../src/ml/run/spec.ts';
import { NO_TIME } from '../../data/divide.ts';
import { divideOnce } from '../divide.ts';
import type { TaskRows, TransferPair } from '../pair.ts';
import { attributes } from '../two-domains/cues.ts';
import { type SeededCustomer, seededCustomers } from '../two-domains.ts';

const TASKS = attributes.map(({ name, values }) => ({ name, labels: Object.keys(values) }));
const COUNTS = { retail: 1500, finance: 1600 };
const SEEDS = { retail: 11, finance: 12 };

type Grouped = SeededCustomer & Pick<TrainingRow, 'group'>;

/** The same customers as rows of each task. */
function rowsOf(customers: readonly SeededCustomer[]): TaskRows {
  return TASKS.map(({ name }) =>
    customers.map(({ id, text, truth }) => ({
      ...{ id: `${id}:${name}`, group: id, at: NO_TIME, text },
      label: truth[name] as string,
    })),
  );
}

/** By text, so that two customers who say and do the same are on one side. */
function groupedOf(domain: 'retail' | 'finance'): Grouped[] {
  const customers = seededCustomers(domain, COUNTS[domain], SEEDS[domain]);
  return customers.map((own) => ({ ...own, group: own.text }));
}

/** Attributes of seeded retail customers to those of seeded finance customers. */
export const customers: TransferPair = {
  name: 'customers',
  title: 'Retail to finance customers, four attributes',
  source: 'seeded retail customers',
  target: 'seeded finance customers',
  metric: 'accuracy',
  language: 'en',
  tasks: TASKS,
  lengths: { source: 96, target: 96 },
  split:
    'seeded customers whose attributes are known (eval/transfer/two-domains.ts), told by the customer template; by a hash of the text: 75% pool, 10% validation, 15% test; mean accuracy of age band, risk preference, price sensitivity and life stage, each with so many labels a class',
  open: () => {
    const source = divideOnce(groupedOf('retail'), { pool: 0.9, validation: 0, test: 0.1 });
    const target = divideOnce(groupedOf('finance'), { pool: 0.75, validation: 0.1, test: 0.15 });
    return {
      source: { train: rowsOf(source.pool), test: rowsOf(source.test) },
      target: {
        pool: rowsOf(target.pool),
        validation: rowsOf(target.validation),
        test: rowsOf(target.test),
      },
      unlabelled: target.pool.map(({ text }) => text),
    };
  },
};
