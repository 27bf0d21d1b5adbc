import { z } from 'zod';
import { momentsOf } from '../moments.ts';
import type { TrainingRow } from '../run/spec.ts';
import { type TabularEncoding, tabularEncoding } from '../tabular/encoding.ts';
import { fitEncoding } from '../tabular/fit.ts';
import { oneHotColumns, oneHotRows, oneHotWidth } from '../tabular/one-hot.ts';
import type {
  Baseline,
  BaselineInput,
  BaselineTask,
  FitOptions,
  FittedBaseline,
} from './baseline.ts';
import { choosePenalty, lossOfPredictions } from './choose.ts';
import { contributionsOf } from './contributions.ts';
import { fitLinear, type LinearModel, predictLinear } from './linear.ts';
import { loadLinear, savedLinear, savedTask, saveLinear } from './linear-json.ts';
import { packRows, type SparseRows } from './sparse.ts';
import { linkOf, predictionsOf, targetsOf } from './targets.ts';

/** Penalties tried when there are validation rows; the first without. */
const PENALTIES = [1, 0.1, 10, 100] as const;

/** Logistic or ridge regression on the standardised, one-hot encoded features. */
export const tableBaseline: Baseline = {
  name: 'linear',
  fit: async (task, rows, options = {}) => fitTable(task, rows, options),
};

/** The target of a regression in deviations from its mean, so that one penalty suits all units. */
interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

interface Parts {
  readonly task: BaselineTask;
  readonly encoding: TabularEncoding;
  readonly model: LinearModel;
  readonly scale: Scale;
  readonly penalty: number;
}

function fitTable(
  task: BaselineTask,
  rows: readonly TrainingRow[],
  options: FitOptions,
): FittedBaseline {
  const encoding = fitEncoding(task.features, rows);
  const raw = targetsOf(task, rows);
  const scale = task.kind === 'REGRESS' ? scaleOf(raw) : { mean: 0, deviation: 1 };
  const targets = raw.map((value) => (value - scale.mean) / scale.deviation);
  const matrix = matrixOf(encoding, rows);
  const { validation, seed = 1 } = options;
  const chosen = choosePenalty(
    options.penalty === undefined ? PENALTIES : [options.penalty],
    (l2) => fitLinear(matrix, targets, { ...linkOf(task), l2, seed }),
    validation &&
      ((own) =>
        lossOfPredictions(
          task,
          predict({ task, encoding, model: own, scale }, validation),
          validation,
        )),
  );
  return fitted({ task, encoding, scale, ...chosen });
}

function fitted(parts: Parts): FittedBaseline {
  const { task, encoding, model, scale, penalty } = parts;
  const names = oneHotColumns(encoding).map(({ feature, value }) =>
    value === undefined ? feature : `${feature} = ${value}`,
  );
  return {
    name: 'linear',
    penalty,
    predict: (rows) => predict(parts, rows),
    explain: (row, label, top) =>
      contributionsOf(
        model,
        matrixOf(encoding, [row]),
        0,
        label,
        (column) => names[column] ?? '',
        top,
      ).map((own) => ({ ...own, contribution: own.contribution * scale.deviation })),
    save: () =>
      JSON.stringify({ name: 'linear', task, encoding, model: saveLinear(model), scale, penalty }),
    dispose: () => {},
  };
}

function predict(
  { task, encoding, model, scale }: Omit<Parts, 'penalty'>,
  rows: readonly BaselineInput[],
): number[][] {
  return predictLinear(model, matrixOf(encoding, rows)).map((outputs) =>
    task.kind === 'REGRESS'
      ? outputs.map((value) => value * scale.deviation + scale.mean)
      : predictionsOf(task, outputs),
  );
}

export const savedTableBaseline = z.object({
  name: z.literal('linear'),
  task: savedTask,
  encoding: tabularEncoding,
  model: savedLinear,
  scale: z.object({ mean: z.number(), deviation: z.number() }),
  penalty: z.number(),
});

export function loadTableBaseline(saved: z.infer<typeof savedTableBaseline>): FittedBaseline {
  return fitted({ ...saved, model: loadLinear(saved.model) });
}

function matrixOf(encoding: TabularEncoding, rows: readonly BaselineInput[]): SparseRows {
  return packRows(oneHotRows(encoding, rows), oneHotWidth(encoding));
}

function scaleOf(values: Float32Array): Scale {
  const { mean, deviation } = momentsOf(values);
  return { mean, deviation: deviation || 1 };
}
