import type { Baseline } from '../src/ml/baselines/baseline.ts';
import { boostedBaseline } from '../src/ml/baselines/boosted-baseline.ts';
import { tableBaseline } from '../src/ml/baselines/table-baseline.ts';
import { textBaseline } from '../src/ml/baselines/text-baseline.ts';
import type { Candidate } from './candidates.ts';
import type { EvalData } from './set.ts';

/** A baseline as a candidate: the penalty is chosen on validation rows, which it then learns too. */
export function candidateOf(
  name: string,
  baseline: Baseline,
  suits: (data: EvalData) => boolean,
): Candidate {
  return {
    name,
    baseline: true,
    suits,
    predict: async ({ task, intermediate = [] }, { train, validation, between = [], test }) => {
      const first = await baseline.fit(task, [...intermediate, ...train], { validation });
      const held = first.predict(validation);
      first.dispose();
      const all = [...intermediate, ...train, ...between, ...validation];
      const { penalty } = first;
      const last = await baseline.fit(task, all, penalty === undefined ? {} : { penalty });
      const tested = last.predict(test);
      last.dispose();
      return { validation: held, test: tested };
    },
  };
}

const hasText = ({ draws }: EvalData) => draws[0]?.train[0]?.text !== undefined;
const hasFeatures = ({ task }: EvalData) => task.features.length > 0;

/** A text set's related rows are left out, to see what they bring. */
export const tfidf: Candidate = {
  ...candidateOf('tfidf-linear', textBaseline, hasText),
  predict: (data, rows) => {
    const { intermediate: _, ...alone } = data;
    return candidateOf('tfidf-linear', textBaseline, hasText).predict(alone, rows);
  },
};

export const tfidfRelated = candidateOf(
  'tfidf-linear with related rows',
  textBaseline,
  (data) => hasText(data) && data.intermediate !== undefined,
);

export const linear = candidateOf('linear', tableBaseline, hasFeatures);
export const boosted = candidateOf('boosted-trees', boostedBaseline(), hasFeatures);

/** Ten boosted models that each hold out other rows, and a forest: less depends on chance. */
export const boostedBags = candidateOf(
  'boosted-trees, 10 bags and a forest',
  boostedBaseline({ bags: 10, forest: true }),
  hasFeatures,
);
