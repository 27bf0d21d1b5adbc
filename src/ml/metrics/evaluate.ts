import type { Metrics } from '../run/messages.ts';
import { requireSameLength } from './check.ts';
import { classificationScores } from './classification.ts';
import { entityScores } from './entities.ts';
import { type LabelSets, multiLabelScores } from './multi-label.ts';
import type { Probabilities } from './probability.ts';
import { mae, rmse, rSquared, spearman } from './regression.ts';

/** Predictions beside the truth, by kind of task. */
export type Judged =
  | {
      readonly kind: 'CLASSIFY';
      readonly labels: readonly string[];
      /** (N, C) */
      readonly probabilities: Probabilities;
      /** (N) indices of `labels`. */
      readonly truth: readonly number[];
    }
  | {
      readonly kind: 'MULTI_LABEL';
      readonly labels: readonly string[];
      /** (N, C), each independent. */
      readonly probabilities: Probabilities;
      readonly truth: LabelSets;
    }
  | {
      readonly kind: 'REGRESS';
      readonly values: readonly number[];
      readonly truth: readonly number[];
    }
  | {
      readonly kind: 'SEQUENCE';
      /** BIO tags by token. */
      readonly tags: readonly (readonly string[])[];
      readonly truth: readonly (readonly string[])[];
    };

/** Values (N) that cut the rows into slices, by the slicing's name, such as `channel`. */
export type Slicings = { readonly [name: string]: readonly string[] };

/** Slices with fewer rows say nothing. */
const SMALLEST_SLICE = 20;

/**
 * The report stored with a run: every metric of the kind of task, `rows`, and under `slices` the
 * same of each value of each slicing that has at least 20 rows.
 */
export function evaluate(judged: Judged, slicings: Slicings = {}): Metrics {
  const slices = Object.fromEntries(
    Object.entries(slicings).map(([name, values]) => [name, sliceBy(judged, name, values)]),
  );
  const whole = { rows: judged.truth.length, ...scoresOf(judged) };
  return Object.keys(slices).length === 0 ? whole : { ...whole, slices };
}

function scoresOf(judged: Judged): Metrics {
  switch (judged.kind) {
    case 'CLASSIFY':
      return classificationScores(judged.probabilities, judged.truth, judged.labels);
    case 'MULTI_LABEL':
      return multiLabelScores(judged.probabilities, judged.truth, judged.labels);
    case 'REGRESS':
      return {
        rmse: rmse(judged.values, judged.truth),
        mae: mae(judged.values, judged.truth),
        r2: rSquared(judged.values, judged.truth),
        spearman: spearman(judged.values, judged.truth),
      };
    case 'SEQUENCE': {
      const { byType, micro, macroF1 } = entityScores(judged.tags, judged.truth);
      return {
        entityF1: micro.f1,
        precision: micro.precision,
        recall: micro.recall,
        macroF1,
        perClass: byType,
      };
    }
  }
}

function sliceBy(judged: Judged, name: string, values: readonly string[]): Metrics {
  requireSameLength(`Slices by ${name}`, values.length, judged.truth.length);
  const rows = new Map<string, number[]>();
  for (const [i, value] of values.entries()) push(rows, value, i);
  return Object.fromEntries(
    [...rows]
      .filter(([, own]) => own.length >= SMALLEST_SLICE)
      .map(([value, own]) => [value, { rows: own.length, ...scoresOf(pick(judged, own)) }]),
  );
}

/** Some of the rows, a row as often as it is named. */
export function pick(judged: Judged, rows: readonly number[]): Judged {
  const of = <T>(values: readonly T[]): T[] => rows.map((i) => values[i] as T);
  switch (judged.kind) {
    case 'CLASSIFY':
      return { ...judged, probabilities: of(judged.probabilities), truth: of(judged.truth) };
    case 'MULTI_LABEL':
      return { ...judged, probabilities: of(judged.probabilities), truth: of(judged.truth) };
    case 'REGRESS':
      return { ...judged, values: of(judged.values), truth: of(judged.truth) };
    case 'SEQUENCE':
      return { ...judged, tags: of(judged.tags), truth: of(judged.truth) };
  }
}

function push(rows: Map<string, number[]>, value: string, row: number): void {
  const own = rows.get(value);
  if (own) own.push(row);
  else rows.set(value, [row]);
}
