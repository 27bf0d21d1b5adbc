import { textBaseline } from '../../src/ml/baselines/text-baseline.ts';
import { bothDomains } from '../../src/ml/t5/run/linear.ts';
import { capped } from './divide.ts';
import type { TaskScores } from './judge.ts';
import type { PairData, TaskRows, TransferPair } from './pair.ts';

/** What a simple model learns from: each domain's rows of each task. */
export interface SimpleRows {
  readonly source: TaskRows;
  readonly shots: TaskRows;
}

/** Source rows of a task that a simple model reads. */
const SOURCE_ROWS = 1000;

/** TF-IDF and logistic regression, one model a task: log-probabilities of the asked rows. */
export async function simpleScores(
  { tasks }: TransferPair,
  { source, shots }: SimpleRows,
  asked: TaskRows,
): Promise<TaskScores> {
  const scores: number[][][] = [];
  for (const [t, { labels }] of tasks.entries()) {
    const [theirs, own] = [source[t] ?? [], shots[t] ?? []];
    const rows = bothDomains(theirs, own);
    const fitted = await textBaseline.fit({ kind: 'CLASSIFY', labels, features: [] }, rows);
    const probabilities = fitted.predict(asked[t] ?? []);
    fitted.dispose();
    scores.push(probabilities.map((row) => row.map((p) => Math.log(Math.max(p, 1e-12)))));
  }
  return scores;
}

/** As many of a pair's source rows as simple models read. */
export function fewerSource({ source }: PairData): TaskRows {
  return source.train.map((rows) => capped(rows, SOURCE_ROWS));
}
