import { classOf, labelsOf, targetOf } from '../src/ml/baselines/targets.ts';
import { evaluate, type Judged as JudgedRows } from '../src/ml/metrics/evaluate.ts';
import { oneMetric } from '../src/ml/metrics/one-metric.ts';
import type { Metrics } from '../src/ml/run/messages.ts';
import type { TrainingRow } from '../src/ml/run/spec.ts';
import { type Choice, chooseWithinError } from '../src/ml/search/one-standard-error.ts';
import type { Candidate, Predicted } from './candidates.ts';
import type { EvalData, EvalSet } from './set.ts';
import { stacked } from './stacked.ts';

/** How one candidate did, as means over the set's draws. */
export interface Judged {
  readonly candidate: string;
  readonly baseline: boolean;
  /** The set's metric on validation rows: what the choice is made by. */
  readonly validation: number;
  /** How far that is behind the best's, and the standard error of the difference. */
  readonly behind: number;
  readonly error: number;
  readonly test: number;
  readonly seconds: number;
  /** Every metric of each draw's test rows. */
  readonly metrics: readonly Metrics[];
}

export interface Verdict {
  readonly judged: readonly Judged[];
  /** By the rule of `chooseWithinError`: the stack first, then simple models, then the others. */
  readonly chosen: Judged;
}

const STACK = 'stack of these';

/** Every candidate that suits the set and, of two or more, their stack. */
export async function judge(
  set: EvalSet,
  data: EvalData,
  candidates: readonly Candidate[],
  log: (line: string) => void,
): Promise<Verdict> {
  const entries: Entry[] = [];
  for (const candidate of candidates.filter((own) => own.suits(data))) {
    const { name, baseline } = candidate;
    const start = performance.now();
    const parts: Predicted[] = [];
    for (const rows of data.draws) parts.push(await candidate.predict(data, rows));
    const seconds = (performance.now() - start) / 1000;
    entries.push({ candidate: name, baseline, parts, seconds });
    log(`  ${name}: ${seconds.toFixed(0)} s`);
  }
  if (entries.length > 1) {
    const parts = data.draws.map((rows, i) =>
      stacked(
        data,
        rows,
        entries.map((own) => own.parts[i] as Predicted),
      ),
    );
    const seconds = entries.reduce((sum, own) => sum + own.seconds, 0);
    entries.push({ candidate: STACK, baseline: false, parts, seconds });
  }
  const choice = choose(set, data, entries);
  const judged = entries.map((entry) => measure(set, data, entry, choice));
  for (const own of judged) log(lineOf(own));
  return {
    judged,
    chosen: judged.find(({ candidate }) => candidate === choice.chosen) as Judged,
  };
}

/** A candidate's predictions of every draw. */
interface Entry {
  readonly candidate: string;
  readonly baseline: boolean;
  readonly parts: readonly Predicted[];
  readonly seconds: number;
}

function choose(set: EvalSet, data: EvalData, entries: readonly Entry[]): Choice {
  const rank = ({ candidate, baseline }: Entry) => (candidate === STACK ? 0 : baseline ? 1 : 2);
  const sizes = data.draws.map(({ validation }) => validation.length);
  const contenders = entries
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ candidate, parts }) => {
      const held = data.draws.map(({ validation }, i) =>
        judgedOf(data, parts[i]?.validation ?? [], validation),
      );
      return {
        name: candidate,
        worth: (rows: readonly number[], draw: number) =>
          oneMetric(held[draw] as JudgedRows, set.metric, rows),
      };
    });
  return chooseWithinError(contenders, sizes);
}

function lineOf({ candidate, validation, behind, error, test }: Judged): string {
  const gap = `${behind.toFixed(4)} behind, +- ${error.toFixed(4)}`;
  return `  ${candidate}: validation ${validation.toFixed(4)} (${gap}), test ${test.toFixed(4)}`;
}

function measure(
  set: EvalSet,
  data: EvalData,
  { candidate, baseline, parts, seconds }: Entry,
  { standings }: Choice,
): Judged {
  const metrics = data.draws.map((rows, i) =>
    evaluate(judgedOf(data, parts[i]?.test ?? [], rows.test)),
  );
  const {
    worth = 0,
    behind = 0,
    error = 0,
  } = standings.find(({ name }) => name === candidate) ?? {};
  const test = metrics.reduce((sum, own) => sum + Number(own[set.metric]), 0) / metrics.length;
  return { candidate, baseline, validation: worth, behind, error, test, seconds, metrics };
}

function judgedOf(
  { task }: EvalData,
  predictions: readonly number[][],
  rows: readonly TrainingRow[],
): JudgedRows {
  if (task.kind === 'REGRESS')
    return {
      kind: 'REGRESS',
      values: predictions.map(([value = 0]) => value),
      truth: rows.map(targetOf),
    };
  if (task.kind === 'CLASSIFY')
    return {
      kind: 'CLASSIFY',
      labels: task.labels,
      probabilities: predictions,
      truth: rows.map((row) => classOf(task, row)),
    };
  const truth = rows.map((row) => {
    const own = labelsOf(task, row);
    return task.labels.map((_, c) => own.includes(c));
  });
  return { kind: 'MULTI_LABEL', labels: task.labels, probabilities: predictions, truth };
}
