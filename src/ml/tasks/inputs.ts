import type { HostTensors } from '../onnx/session.ts';
import { floats, integers } from '../onnx/tensors.ts';
import type { Random } from '../random.ts';
import type { EncodedRows } from '../tabular/encode.ts';
import { MISSING } from '../tabular/encoding.ts';
import { type AugmentOptions, augment } from '../train/augment.ts';
import { tokenTensors } from './tensors.ts';

/** Rows as a model reads them. */
export interface Inputs {
  readonly count: number;
  readonly text?: { readonly ids: readonly Int32Array[]; readonly pad: number };
  readonly features?: EncodedRows;
}

/** How a row looks a little different each time that it is learnt from. */
export interface Variation {
  readonly augment: AugmentOptions;
  /** Share of features that are shown as missing. */
  readonly featureDropout: number;
  readonly random: Random;
}

/** Tokens of each row; 1 without text. */
export function lengthsOf({ count, text }: Inputs): number[] {
  return Array.from({ length: count }, (_, row) => text?.ids[row]?.length ?? 1);
}

/**
 * The tensors that a model reads of some rows: `ids` and `mask` (size, length), `numbers` (size, N),
 * `categories` (size, C), as far as there are any.
 * @param size rows of the batch; those beyond `places` are padding
 */
export function inputTensors(
  { text, features }: Inputs,
  places: readonly number[],
  size: number,
  length: number,
  variation?: Variation,
): HostTensors {
  const { pad = 0, ids = [] } = text ?? {};
  const rows = places.map((place) => ids[place] as Int32Array);
  const shown = variation
    ? rows.map((row) => row && augment(row, variation.augment, variation.random))
    : rows;
  return {
    ...(text && tokenTensors(shown, size, length, pad)),
    ...(features && featureTensors(features, places, size, variation)),
  };
}

function featureTensors(
  { numbers, numberWidth, categories, tableSizes }: EncodedRows,
  places: readonly number[],
  size: number,
  variation: Variation | undefined,
): HostTensors {
  const width = tableSizes.length;
  const own = new Float32Array(size * numberWidth);
  const kinds = new Int32Array(size * width);
  places.forEach((place, row) => {
    const values = numbers.slice(place * numberWidth, (place + 1) * numberWidth);
    const indices = categories.slice(place * width, (place + 1) * width);
    if (variation) hide(values, indices, variation);
    own.set(values, row * numberWidth);
    kinds.set(indices, row * width);
  });
  return {
    numbers: floats([size, numberWidth], own),
    categories: integers([size, width], kinds),
  };
}

/** Makes some values missing, as they are encoded then: 0 with a flag, and the missing category. */
function hide(
  values: Float32Array,
  indices: Int32Array,
  { featureDropout, random }: Variation,
): void {
  const half = values.length / 2;
  for (let i = 0; i < half; i++)
    if (random() < featureDropout) {
      values[i] = 0;
      values[half + i] = 1;
    }
  for (let i = 0; i < indices.length; i++) if (random() < featureDropout) indices[i] = MISSING;
}
