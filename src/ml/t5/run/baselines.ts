import type { FittedBaseline } from '../../baselines/baseline.ts';
import { textBaseline } from '../../baselines/text-baseline.ts';
import { evaluate } from '../../metrics/evaluate.ts';
import type { Metrics } from '../../run/messages.ts';
import type { TrainingRow } from '../../run/spec.ts';
import { judgedOf } from './judge.ts';
import { answerScores, asList } from './scores.ts';
import type { TaskRows } from './task-rows.ts';

/** A linear model on TF-IDF that has learnt a task's labels; undefined for free text. */
export async function linearOf(
  { options: { labels, several }, sides: { train, validation } }: TaskRows,
  seed: number,
): Promise<FittedBaseline | undefined> {
  if (labels.length === 0) return undefined;
  const task = { kind: several ? ('MULTI_LABEL' as const) : ('CLASSIFY' as const), labels };
  return textBaseline.fit({ ...task, features: [] }, train, { validation, seed });
}

/**
 * Metrics on the test rows of what a text-to-text model has to beat: the commonest answer
 * (`majority`), and where answers are out of a set, the linear model.
 */
export function baselinesOf(
  main: TaskRows,
  linear: FittedBaseline | undefined,
): Record<string, Metrics> {
  if (!linear) return { majority: commonest(main) };
  return main.options.several ? ofLists(main, linear) : ofLabels(main, linear);
}

function ofLabels({ options, sides: { train, test } }: TaskRows, linear: FittedBaseline) {
  const judged = (probabilities: readonly number[][]): Metrics =>
    evaluate(judgedOf(options, test, probabilities));
  const shares = options.labels.map(
    (label) => train.filter((row) => row.label === label).length / train.length,
  );
  return { [linear.name]: judged(linear.predict(test)), majority: judged(test.map(() => shares)) };
}

function ofLists(main: TaskRows, linear: FittedBaseline) {
  const { test } = main.sides;
  const said = linear
    .predict(test)
    .map((own) => main.options.labels.filter((_, i) => (own[i] as number) >= 0.5));
  return { [linear.name]: answerScores(said, test), majority: commonest(main) };
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
