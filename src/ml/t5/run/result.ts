import { textBaseline } from '../../baselines/text-baseline.ts';
import { evaluate } from '../../metrics/evaluate.ts';
import type { Metrics, RunResult } from '../../run/messages.ts';
import type { TrainingSpec } from '../../run/spec.ts';
import type { Sides } from './sides.ts';

/** A run's result, with the baselines on the same rows and who did best. */
export async function resultOf(
  spec: TrainingSpec,
  sides: Sides,
  hyperparameters: RunResult['hyperparameters'],
  metrics: Metrics,
  hash: string,
): Promise<RunResult> {
  const baselines = await baselinesOf(spec, sides);
  const labels = spec.task.labels.length;
  const decidedBy = !('accuracy' in metrics) ? 'exactMatch' : labels === 2 ? 'rocAuc' : 'accuracy';
  const worth = (own: Metrics | undefined) => Number(own?.[decidedBy] ?? Number.NEGATIVE_INFINITY);
  const best = Object.keys(baselines).toSorted((a, b) => worth(baselines[b]) - worth(baselines[a]));
  const rival = best[0];
  return {
    ...{ metrics, baselines, decidedBy, dataHash: hash, hyperparameters },
    winner: rival && worth(baselines[rival]) >= worth(metrics) ? rival : 'model',
    rows: {
      train: sides.train.length,
      validation: sides.validation.length,
      test: sides.test.length,
    },
  };
}

/** TF-IDF on the same rows, where an answer is one of the labels. */
async function baselinesOf(
  { task, seed }: TrainingSpec,
  { train, validation, test }: Sides,
): Promise<Record<string, Metrics>> {
  const several = train.some(({ label }) => Array.isArray(label));
  if (task.labels.length === 0 || several) return {};
  const kind = { kind: 'CLASSIFY' as const, labels: task.labels, features: [] };
  const fitted = await textBaseline.fit(kind, train, { validation, seed });
  const probabilities = fitted.predict(test);
  fitted.dispose();
  const truth = test.map(({ label }) => task.labels.indexOf(String(label)));
  const judged = { kind: 'CLASSIFY' as const, labels: task.labels, probabilities, truth };
  return { [fitted.name]: evaluate(judged) };
}
