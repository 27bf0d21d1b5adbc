import type { FeatureColumn, TrainingRow } from '../../src/ml/run/spec.ts';
import type { EvalSet } from '../set.ts';
import { divideInFolds, NO_TIME } from './divide.ts';
import { readCsv } from './files.ts';

interface Table {
  readonly name: string;
  readonly title: string;
  readonly bar: number;
  readonly path: string;
  readonly id: string;
  readonly target: string;
  readonly positive: string;
  readonly labels: readonly [string, string];
  readonly numbers: readonly string[];
  readonly categories: readonly string[];
}

const FOLDS = 5;

/** A table with a yes-or-no target, as an eval set. */
function tableSet(table: Table): EvalSet {
  const features: FeatureColumn[] = [
    ...table.numbers.map((name) => ({ name, kind: 'number' as const })),
    ...table.categories.map((name) => ({ name, kind: 'category' as const })),
  ];
  return {
    name: table.name,
    title: table.title,
    metric: 'rocAuc',
    bar: table.bar,
    split: `mean of ${FOLDS} folds, each tested once; of the others one validates`,
    open: (dataFolder) => ({
      task: { kind: 'CLASSIFY', labels: table.labels, features },
      draws: divideInFolds(
        readCsv(dataFolder, table.path).map((line) => rowOf(table, line)),
        FOLDS,
      ),
    }),
  };
}

function rowOf(table: Table, line: Record<string, string>): TrainingRow {
  const id = line[table.id] ?? '';
  const numbers = table.numbers.map((name) => (line[name] ? Number(line[name]) : null));
  const categories = table.categories.map((name) => line[name] || null);
  const positive = line[table.target] === table.positive;
  return {
    id,
    group: id,
    at: NO_TIME,
    features: [...numbers, ...categories],
    label: table.labels[positive ? 1 : 0],
  };
}

export const ecommerceChurn = tableSet({
  name: 'ecommerce-churn',
  title: 'ecommerce_churn',
  bar: 0.94,
  path: 'ecommerce_churn/ecommerce_churn.csv',
  id: 'CustomerID',
  target: 'Churn',
  positive: '1',
  labels: ['stays', 'leaves'],
  numbers: [
    'Tenure',
    'CityTier',
    'WarehouseToHome',
    'HourSpendOnApp',
    'NumberOfDeviceRegistered',
    'SatisfactionScore',
    'NumberOfAddress',
    'Complain',
    'OrderAmountHikeFromlastYear',
    'CouponUsed',
    'OrderCount',
    'DaySinceLastOrder',
    'CashbackAmount',
  ],
  categories: [
    'PreferredLoginDevice',
    'PreferredPaymentMode',
    'Gender',
    'PreferedOrderCat',
    'MaritalStatus',
  ],
});

// `duration` is left out: it is known only after the call that is to be predicted.
export const bankMarketing = tableSet({
  name: 'bank-marketing',
  title: 'bank_marketing without duration',
  bar: 0.795,
  path: 'bank_marketing/bank_full.csv.gz',
  id: 'row_id',
  target: 'y',
  positive: 'yes',
  labels: ['no', 'yes'],
  numbers: ['age', 'balance', 'day', 'campaign', 'pdays', 'previous'],
  categories: [
    'job',
    'marital',
    'education',
    'default',
    'housing',
    'loan',
    'contact',
    'month',
    'poutcome',
  ],
});

export const onlineShoppers = tableSet({
  name: 'online-shoppers',
  title: 'online_shoppers',
  bar: 0.925,
  path: 'online_shoppers/sessions.csv.gz',
  id: 'row_id',
  target: 'Revenue',
  positive: '1',
  labels: ['leaves', 'buys'],
  numbers: [
    'Administrative',
    'Administrative_Duration',
    'Informational',
    'Informational_Duration',
    'ProductRelated',
    'ProductRelated_Duration',
    'BounceRates',
    'ExitRates',
    'PageValues',
    'SpecialDay',
    'Weekend',
  ],
  categories: ['Month', 'OperatingSystems', 'Browser', 'Region', 'TrafficType', 'VisitorType'],
});
