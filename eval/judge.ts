import { classOf, labelsOf, targetOf } from '../src/ml/baselines/targets.ts';
import { evaluate } from '../src/ml/metrics/evaluate.ts';
import type { Metrics } from '../src/ml/run/messages.ts';
import type { TrainingRow } from '../src/ml/run/spec.ts';
import type { Candidate, Predicted } from './candidates.ts';
import type { EvalData, EvalSet } from './set.ts';
import { stacked } from './stacked.ts';

/** How one candidate did, as means over the set's draws. */
export interface Judged {
  readonly candidate: string;
  readonly baseline: boolean;
  /** The set's metric on validation rows: what the choice is made by. */
  readonly validation: number;
  readonly test: number;
  readonly seconds: number;
  /** Every metric of each draw's test rows. */
  readonly metrics: readonly Metrics[];
}

/** Every candidate that suits the set and, of two or more, their stack. */
export async function judge(
  set: EvalSet,
  data: EvalData,
  candidates: readonly Candidate[],
  log: (line: string) => void,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  const parts: Predicted[][] = data.draws.map(() => []);
  for (const candidate of candidates.filter((own) => own.suits(data))) {
    const start = performance.now();
    for (const [i, rows] of data.draws.entries())
      parts[i]?.push(await candidate.predict(data, rows));
    const seconds = (performance.now() - start) / 1000;
    const last = parts.map((own) => own.at(-1) as Predicted);
    judged.push(measure(set, data, candidate.name, candidate.baseline, last, seconds));
    log(lineOf(judged.at(-1) as Judged));
  }
  if (judged.length > 1) {
    const mixed = data.draws.map((rows, i) => stacked(data, rows, parts[i] ?? []));
    const seconds = judged.reduce((sum, own) => sum + own.seconds, 0);
    judged.push(measure(set, data, 'stack of these', false, mixed, seconds));
    log(lineOf(judged.at(-1) as Judged));
  }
  return judged;
}

function lineOf({ candidate, validation, test, seconds }: Judged): string {
  return `  ${candidate}: validation ${validation.toFixed(4)}, test ${test.toFixed(4)}, ${seconds.toFixed(0)} s`;
}

function measure(
  set: EvalSet,
  data: EvalData,
  candidate: string,
  baseline: boolean,
  predicted: readonly Predicted[],
  seconds: number,
): Judged {
  const of = (side: 'validation' | 'test') =>
    data.draws.map((rows, i) => report(data, predicted[i]?.[side] ?? [], rows[side]));
  const mean = (reports: readonly Metrics[]) =>
    reports.reduce((sum, own) => sum + Number(own[set.metric]), 0) / reports.length;
  const metrics = of('test');
  return {
    candidate,
    baseline,
    validation: mean(of('validation')),
    test: mean(metrics),
    seconds,
    metrics,
  };
}

function report(
  { task }: EvalData,
  predictions: readonly number[][],
  rows: readonly TrainingRow[],
): Metrics {
  if (task.kind === 'REGRESS')
    return evaluate({
      kind: 'REGRESS',
      values: predictions.map(([value = 0]) => value),
      truth: rows.map(targetOf),
    });
  if (task.kind === 'CLASSIFY')
    return evaluate({
      kind: 'CLASSIFY',
      labels: task.labels,
      probabilities: predictions,
      truth: rows.map((row) => classOf(task, row)),
    });
  const truth = rows.map((row) => {
    const own = labelsOf(task, row);
    return task.labels.map((_, c) => own.includes(c));
  });
  return evaluate({ kind: 'MULTI_LABEL', labels: task.labels, probabilities: predictions, truth });
}
