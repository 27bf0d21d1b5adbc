import { textBaseline } from '../../baselines/text-baseline.ts';
import { evaluate } from '../../metrics/evaluate.ts';
import type { Metrics } from '../../run/messages.ts';
import type { TrainingRow } from '../../run/spec.ts';
import { answerScores, asList } from './scores.ts';
import type { TaskRows } from './task-rows.ts';

/**
 * Metrics on the test rows of what a text-to-text model has to beat: the commonest answer
 * (`majority`), and where answers are out of a set, a linear model on TF-IDF.
 */
export async function baselinesOf(main: TaskRows, seed: number): Promise<Record<string, Metrics>> {
  const { labels, several } = main.options;
  if (labels.length === 0) return { majority: commonest(main) };
  return several ? ofLists(main, seed) : ofLabels(main, seed);
}

async function ofLabels({ options, sides }: TaskRows, seed: number) {
  const { labels } = options;
  const { train, validation, test } = sides;
  const truth = test.map(({ label }) => labels.indexOf(String(label)));
  const judged = (probabilities: readonly number[][]): Metrics =>
    evaluate({ kind: 'CLASSIFY', labels, probabilities, truth });
  const task = { kind: 'CLASSIFY' as const, labels, features: [] };
  const fitted = await textBaseline.fit(task, train, { validation, seed });
  const linear = judged(fitted.predict(test));
  fitted.dispose();
  const shares = labels.map(
    (label) => train.filter((row) => row.label === label).length / train.length,
  );
  return { [fitted.name]: linear, majority: judged(test.map(() => shares)) };
}

async function ofLists(main: TaskRows, seed: number) {
  const { labels } = main.options;
  const { train, validation, test } = main.sides;
  const task = { kind: 'MULTI_LABEL' as const, labels, features: [] };
  const fitted = await textBaseline.fit(task, train, { validation, seed });
  const said = fitted
    .predict(test)
    .map((own) => labels.filter((_, i) => (own[i] as number) >= 0.5));
  fitted.dispose();
  return { [fitted.name]: answerScores(said, test), majority: commonest(main) };
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
