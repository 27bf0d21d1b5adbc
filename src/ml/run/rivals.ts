import type { FittedBaseline } from '../baselines/baseline.ts';
import { readBaseline } from '../baselines/in-folder.ts';
import { applyStack, type Stack } from '../calibration/stack.ts';
import { baselinePredictions } from './baselines.ts';
import type { RunContext } from './context.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { judge } from './judge.ts';
import type { Metrics } from './messages.ts';
import { type Predictions, predictionsOf } from './predict.ts';
import type { Prepared } from './prepare.ts';
import { measureSimple } from './simple-rivals.ts';
import type { TrainingRow } from './spec.ts';
import { loadVersion, scoreVersion } from './version.ts';

/** Metrics on the test rows of all that a model has to beat. */
export async function measureRivals(
  context: RunContext,
  prepared: Prepared,
  { batchSize }: Hyperparameters,
  baselines: readonly FittedBaseline[],
): Promise<Record<string, Metrics>> {
  const { spec, data, split } = prepared;
  const rows = split.test.map((place) => data.rows[place] as TrainingRow);
  const rivals: Record<string, Metrics> = measureSimple(prepared);
  for (const baseline of baselines) {
    const predictions = baselinePredictions(baseline, spec.task.kind, rows);
    rivals[baseline.name] = judge(spec.task, predictions, data, split.test);
  }
  if (spec.active === undefined) return rivals;
  // A version that cannot be read any more must not keep its successor from being trained.
  rivals.active = await measureActive(context, prepared, spec.active, rows, batchSize).catch(
    (error: Error) => ({ unusable: error.message }),
  );
  return rivals;
}

/** The active version on the test rows; labels that it does not know have no probability. */
async function measureActive(
  context: RunContext,
  { spec, data, split }: Prepared,
  folder: string,
  rows: readonly TrainingRow[],
  batchSize: number,
): Promise<Metrics> {
  const version = await loadVersion(folder);
  const own = version.read(rows);
  const places = rows.map((_, place) => place);
  const scores = await scoreVersion(context, version, own, places, batchSize);
  const { task, scale, calibration, stack } = version.manifest;
  const corrections = { ...(scale && { scale }), ...(calibration && { calibration }) };
  const alone = predictionsOf(task, scores, own, places, corrections);
  const predictions = stack ? await besideBaseline(folder, stack, alone, rows) : alone;
  if (!('probabilities' in predictions)) return judge(spec.task, predictions, data, split.test);
  const at = spec.task.labels.map((label) => task.labels.indexOf(label));
  const probabilities = predictions.probabilities.map((row) => {
    const known = at.map((place) => row[place] ?? 0);
    const sum = known.reduce((total, p) => total + p, 0);
    return predictions.kind === 'CLASSIFY'
      ? known.map((p) => (sum > 0 ? p / sum : 1 / known.length))
      : known;
  });
  return judge(spec.task, { kind: predictions.kind, probabilities }, data, split.test);
}

/** What a stacked version says: its probabilities, mixed with its baseline's. */
async function besideBaseline(
  folder: string,
  stack: Stack,
  own: Predictions,
  rows: readonly TrainingRow[],
): Promise<Predictions> {
  if (!('probabilities' in own)) return own;
  const baseline = await readBaseline(folder);
  const probabilities = applyStack(own.kind, stack, [own.probabilities, baseline.predict(rows)]);
  baseline.dispose();
  return { kind: own.kind, probabilities };
}
