import type { BaselineTask } from '../../src/ml/baselines/baseline.ts';
import type { TrainingRow } from '../../src/ml/run/spec.ts';
import type { EvalRows, EvalSet } from '../set.ts';
import { type Basket, readBaskets } from './baskets.ts';
import { featureColumns, featuresAsOf } from './retail-features.ts';

const DAY = 86_400_000;
const HORIZON = 91 * DAY;

type LabelOf = (bought: readonly Basket[]) => TrainingRow['label'];

/**
 * A row for each customer whose first purchase was `known` days before the date, or earlier:
 * `label` of what was bought after it.
 */
function rowsAsOf(
  customers: ReadonlyMap<string, readonly Basket[]>,
  date: string,
  labelOf: LabelOf,
  known = 0,
): TrainingRow[] {
  const cut = Date.parse(`${date}T00:00:00Z`);
  return [...customers].flatMap(([customer, own]) => {
    const past = own.filter(({ at }) => at <= cut);
    if (!past.some(({ at, cancelled }) => !cancelled && at <= cut - known * DAY)) return [];
    const next = own.filter(({ at, cancelled }) => !cancelled && at > cut && at <= cut + HORIZON);
    return [
      {
        id: `${customer}@${date}`,
        group: customer,
        at: new Date(cut).toISOString(),
        features: featuresAsOf(past, cut),
        label: labelOf(next),
      },
    ];
  });
}

/** Dates whose 91 days end by the date that is validated on, or by the one that is tested on. */
const EARLY = ['2011-02-10', '2011-02-20', '2011-03-02', '2011-03-12'];
const LATE = ['2011-04-11', '2011-05-11', '2011-05-26', '2011-06-11'];

/**
 * The model is chosen by learning from dates up to 2011-03-12 and validating on 2011-06-11; then
 * it learns from every date up to 2011-06-11 and is tested as of 2011-09-10. No label reaches past
 * the date that is judged. Customers are the same at all dates, as they are in the shop's own use.
 */
function divide(dataFolder: string, labelOf: LabelOf, known: number): EvalRows {
  const customers = readBaskets(dataFolder);
  const of = (dates: readonly string[], days = 0) =>
    dates.flatMap((date) => rowsAsOf(customers, date, labelOf, days));
  return {
    train: of(EARLY),
    validation: of(LATE.slice(-1), known),
    between: of(LATE.slice(0, -1)),
    test: of(['2011-09-10'], known),
  };
}

const SPLIT =
  'train as of 4 dates to 2011-03-12, validation as of 2011-06-11, then both and the dates between; test as of 2011-09-10';

/** Who is asked about: everyone who had bought by the date, or those whom the shop knew for longer. */
interface Asked {
  readonly suffix: string;
  readonly title: string;
  readonly known: number;
}

const EVERYONE: Asked = { suffix: '', title: '', known: 0 };
/**
 * The bars' own figures seem to be of such customers: the recency of all 2,057 alone has an AUC of
 * .664, that of the 1,710 known for a quarter .704, and the data's README gives .712.
 */
const KNOWN: Asked = { suffix: '-known', title: ', customers known for 91 days', known: 91 };

/** What is asked about them. */
interface Question extends Pick<EvalSet, 'name' | 'title' | 'metric' | 'bar'> {
  readonly answers: Pick<BaselineTask, 'kind' | 'labels'>;
  readonly labelOf: LabelOf;
}

const BUYS_AGAIN: Question = {
  ...{ name: 'retail-buys-again', title: 'Online Retail, buys again in 91 days' },
  ...{ metric: 'rocAuc', bar: 0.77, answers: { kind: 'CLASSIFY', labels: ['gone', 'buys'] } },
  labelOf: (bought) => (bought.length > 0 ? 'buys' : 'gone'),
};

const NEXT_VALUE: Question = {
  ...{ name: 'retail-value', title: 'Online Retail, value of the next 91 days' },
  ...{ metric: 'spearman', bar: 0.58, answers: { kind: 'REGRESS', labels: [] } },
  // The logarithm, as a few large buyers would rule a squared error; it leaves the order alone.
  labelOf: (bought) => Math.log1p(bought.reduce((sum, { amount }) => sum + amount, 0)),
};

const setOf = (question: Question, { suffix, title, known }: Asked): EvalSet => ({
  name: `${question.name}${suffix}`,
  title: `${question.title}${title}`,
  ...{ metric: question.metric, bar: question.bar, split: SPLIT },
  open: (dataFolder) => ({
    task: { ...question.answers, features: featureColumns },
    draws: [divide(dataFolder, question.labelOf, known)],
  }),
});

/** Both questions, of everyone and of those known for longer. */
export const onlineRetail: readonly EvalSet[] = [BUYS_AGAIN, NEXT_VALUE].flatMap((question) =>
  [EVERYONE, KNOWN].map((asked) => setOf(question, asked)),
);
