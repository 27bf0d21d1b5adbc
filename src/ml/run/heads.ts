import { applyLink } from '../baselines/link.ts';
import { type Calibration, fitCalibration } from '../calibration/calibration.ts';
import { baselinePredictions, fitBaselines } from './baselines.ts';
import type { RunContext } from './context.ts';
import type { Model } from './finish.ts';
import { type Head, type HelperRows, rowsAt } from './helpers.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { judge } from './judge.ts';
import type { Metrics } from './messages.ts';
import { predictionsOf } from './predict.ts';
import type { Prepared } from './prepare.ts';
import type { TrainingSpec } from './spec.ts';
import { scoreVersion } from './version.ts';

/** A further head measured on test rows of its own, and what corrects it. */
export interface MeasuredHead extends Head {
  /** With `baseline`: those of TF-IDF with a linear model on the same rows. */
  readonly metrics: Metrics;
  readonly calibration?: Calibration;
}

/** Calibrates each head on its validation rows, and measures it beside its baseline. */
export async function measureHeads(
  context: RunContext,
  { spec }: Prepared,
  { batchSize }: Hyperparameters,
  model: Model,
  helpers: readonly HelperRows[],
): Promise<MeasuredHead[]> {
  const measured: MeasuredHead[] = [];
  for (const [i, head] of (model.heads ?? []).entries()) {
    const { data, split, kind } = helpers[i] as HelperRows;
    const { shape, weights } = model;
    const scoresOf = (places: readonly number[]) =>
      scoreVersion(context, { shape, weights, task: head.task }, data, places, batchSize);
    const calibration =
      kind.kind === 'CLASSIFY'
        ? fitCalibration(
            (await scoresOf(split.validation)).map((row) => applyLink('softmax', row)),
            split.validation.map((place) => data.truths[place] as number),
          )
        : undefined;
    const corrections = {
      ...(head.scale && { scale: head.scale }),
      ...(calibration && { calibration }),
    };
    const said = predictionsOf(kind, await scoresOf(split.test), data, split.test, corrections);
    const baseline = await baselineMetrics(spec, helpers[i] as HelperRows);
    measured.push({
      ...head,
      metrics: { ...judge(kind, said, data, split.test), ...(baseline && { baseline }) },
      ...(calibration && { calibration }),
    });
  }
  return measured;
}

/** Of TF-IDF with a linear model, on the head's test rows. */
async function baselineMetrics(
  spec: TrainingSpec,
  { kind, data, split }: HelperRows,
): Promise<Metrics | undefined> {
  const [baseline] = await fitBaselines(
    { ...spec, task: kind, features: [] },
    { train: rowsAt(data, split.train), validation: rowsAt(data, split.validation) },
  );
  if (!baseline) return undefined;
  const said = baselinePredictions(baseline, kind.kind, rowsAt(data, split.test));
  baseline.dispose();
  return judge(kind, said, data, split.test);
}
