import type { Baseline, FittedBaseline } from '../src/ml/baselines/baseline.ts';
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
    predict: async ({ task }, { train, validation, between = [], test }) => {
      const first = await baseline.fit(task, train, { validation });
      const held = first.predict(validation);
      first.dispose();
      const all = [...train, ...between, ...validation];
      const { penalty } = first;
      const last = await baseline.fit(task, all, penalty === undefined ? {} : { penalty });
      const tested = last.predict(test);
      last.dispose();
      return { validation: held, test: tested };
    },
  };
}

export const hasText = ({ draws }: EvalData) => draws[0]?.train[0]?.text !== undefined;
const hasFeatures = ({ task }: EvalData) => task.features.length > 0;

export const tfidf = candidateOf('tfidf-linear', textBaseline, hasText);

/** Learnt from the related rows alone, so once for all draws: what a neighbour's labels are worth. */
export const tfidfRelated: Candidate = {
  name: 'tfidf-linear of the related rows',
  baseline: true,
  suits: (data) => hasText(data) && data.intermediate !== undefined,
  predict: async (data, { validation, test }) => {
    const model = await relatedModel(data);
    return { validation: model.predict(validation), test: model.predict(test) };
  },
};

const related = new WeakMap<EvalData, Promise<FittedBaseline>>();

function relatedModel(data: EvalData): Promise<FittedBaseline> {
  const known = related.get(data) ?? textBaseline.fit(data.task, data.intermediate ?? []);
  related.set(data, known);
  return known;
}

export const linear = candidateOf('linear', tableBaseline, hasFeatures);
export const boosted = candidateOf('boosted-trees', boostedBaseline(), hasFeatures);

/** Five boosted models that each hold out other rows, and a forest: less depends on chance. */
export const boostedBags = candidateOf(
  'boosted-trees, 5 bags and a forest',
  boostedBaseline({ bags: 5, forest: true }),
  hasFeatures,
);
