import type { FittedBaseline } from '../../baselines/baseline.ts';
import { evaluate } from '../../metrics/evaluate.ts';
import type { Metrics } from '../../run/messages.ts';
import type { TrainingRow } from '../../run/spec.ts';
import { judgedOf } from './judge.ts';
import type { LinearModels } from './linear.ts';
import { answerScores, asList } from './scores.ts';
import type { TaskRows } from './task-rows.ts';

/**
 * Metrics on the test rows of what a text-to-text model has to beat: the commonest answer
 * (`majority`), and where answers are out of a set, linear models (`tfidf-linear`; `tfidf-linear-both`
 * has learnt from the source's rows too).
 */
export function baselinesOf(
  main: TaskRows,
  linear: LinearModels | undefined,
): Record<string, Metrics> {
  const { labels, several } = main.options;
  const { own, both } = linear ?? {};
  return {
    ...(own && { [own.name]: measured(main, own) }),
    ...(both && { [`${both.name}-both`]: measured(main, both) }),
    majority: labels.length > 0 && !several ? shares(main) : commonest(main),
  };
}

function measured({ options, sides: { test } }: TaskRows, linear: FittedBaseline): Metrics {
  const probabilities = linear.predict(test);
  if (!options.several) return evaluate(judgedOf(options, test, probabilities));
  const said = probabilities.map((own) => options.labels.filter((_, i) => (own[i] ?? 0) >= 0.5));
  return answerScores(said, test);
}

/** How often each label comes on the training rows, as its probability for every row. */
function shares({ options, sides: { train, test } }: TaskRows): Metrics {
  const own = options.labels.map(
    (label) => train.filter((row) => row.label === label).length / train.length,
  );
  const everywhere = test.map(() => own);
  return evaluate(judgedOf(options, test, everywhere));
}

/** The answer that is right most often on the training rows, for every row. */
function commonest({ sides: { train, test } }: TaskRows): Metrics {
  const counts = new Map<string, number>();
  const keyOf = ({ label }: TrainingRow) => JSON.stringify(asList(label));
  for (const row of train) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  const [[most] = ['[]']] = [...counts].toSorted(([, a], [, b]) => b - a);
  const answer = JSON.parse(most) as string[];
  return answerScores(
    test.map(() => answer),
    test,
  );
}
