import { applyLink } from '../baselines/link.ts';
import { type Calibration, calibrate } from '../calibration/calibration.ts';
import type { Computation, Machine } from '../engine/engine.ts';
import type { HostTensor } from '../onnx/session.ts';
import { type Inputs, inputTensors, lengthsOf } from '../tasks/inputs.ts';
import { fromScale, type TargetScale } from '../tasks/target-scale.ts';
import { NO_TAG } from '../text/units.ts';
import { planEpoch } from '../train/batches.ts';
import type { Dataset } from './dataset.ts';
import type { TrainingSpec } from './spec.ts';

/** What a model says of rows: one entry a row. */
export type Predictions =
  | { readonly kind: 'CLASSIFY' | 'MULTI_LABEL'; readonly probabilities: number[][] }
  | { readonly kind: 'REGRESS'; readonly values: number[] }
  | { readonly kind: 'SEQUENCE'; readonly tags: string[][] }
  | { readonly kind: 'EMBED'; readonly vectors: Float32Array[] };

/** Runs a task's outputs over rows, in batches of like length. @returns the scores of each row */
export async function scoreRows(
  machine: Machine,
  computation: Computation,
  inputs: Inputs,
  places: readonly number[],
  size: number,
): Promise<Float32Array[]> {
  const lengths = lengthsOf(inputs);
  const own = places.map((place) => lengths[place] as number);
  const scores = new Array<Float32Array>(places.length);
  for (const { rows, length } of planEpoch({ lengths: own, size, seed: 0 }, 0)) {
    const batchPlaces = rows.map((row) => places[row] as number);
    const batch = inputTensors(inputs, batchPlaces, size, length);
    const [output] = Object.values(await machine.run(computation, batch));
    const { data } = output as HostTensor;
    const width = data.length / size;
    rows.forEach((row, i) => {
      scores[row] = Float32Array.from(data.slice(i * width, (i + 1) * width) as Float32Array);
    });
  }
  return scores;
}

/** Scores as what they mean. */
export function predictionsOf(
  { kind, labels }: Pick<TrainingSpec['task'], 'kind' | 'labels'>,
  scores: readonly Float32Array[],
  data: Dataset,
  places: readonly number[],
  corrections: { readonly scale?: TargetScale; readonly calibration?: Calibration } = {},
): Predictions {
  const { scale, calibration } = corrections;
  switch (kind) {
    case 'CLASSIFY': {
      const raw = scores.map((row) => applyLink('softmax', row));
      return { kind, probabilities: calibration ? calibrate(calibration, raw) : raw };
    }
    case 'MULTI_LABEL':
      return { kind, probabilities: scores.map((row) => applyLink('sigmoid', row)) };
    case 'REGRESS':
      return { kind, values: scores.map(([y = 0]) => (scale ? fromScale(scale, y) : y)) };
    case 'SEQUENCE':
      return {
        kind,
        tags: scores.map((row, i) => tagsOf(row, data.units?.[places[i] as number], labels)),
      };
    default:
      return { kind: 'EMBED', vectors: [...scores] };
  }
}

/** The likeliest tag of each unit, by its first piece; O for units beyond the text's cut. */
function tagsOf(
  scores: Float32Array,
  units: Int32Array | undefined,
  labels: readonly string[],
): string[] {
  const tags: string[] = [];
  units?.forEach((unit, token) => {
    const own = scores.subarray(token * labels.length, (token + 1) * labels.length);
    if (unit !== NO_TAG && own.length > 0)
      tags[unit] = labels[own.indexOf(Math.max(...own))] as string;
  });
  return tags;
}
