import { MlError } from '../errors.ts';
import type { HostTensors } from '../onnx/session.ts';
import { floats, integers, textTensors } from '../onnx/tensors.ts';
import type { TrainingRow } from '../run/spec.ts';
import { encodeRows, tableSizesOf } from '../tabular/encode.ts';
import type { TabularEncoding } from '../tabular/encoding.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Manifest } from './manifest.ts';

/** What a model is shown of one row. */
export type ServedRow = Omit<TrainingRow, 'label'>;

/** Rows as a model reads them. */
export interface RowInputs {
  readonly size: number;
  /** Token ids of each row's text; undefined where the model reads none. */
  readonly tokens: readonly Int32Array[] | undefined;
  /** (rows, numberWidth) and (rows, tables); undefined where the model reads no features. */
  readonly features: FeatureInputs | undefined;
}

export interface FeatureInputs {
  readonly numbers: Float32Array;
  readonly numberWidth: number;
  readonly categories: Int32Array;
  readonly tables: number;
}

/** @throws MlError when a row has no text, or other features than the model was trained on */
export function readRows(
  { maxLength, features }: Manifest,
  tokenizer: Tokenizer | undefined,
  rows: readonly ServedRow[],
): RowInputs {
  const tokens =
    tokenizer && maxLength ? tokenizer.encodeBatch(rows.map(textOf), { maxLength }) : undefined;
  return { size: rows.length, tokens, features: features && readFeatures(features, rows) };
}

export function readFeatures(
  encoding: TabularEncoding,
  rows: readonly Pick<ServedRow, 'id' | 'features'>[],
): FeatureInputs {
  const { numbers, numberWidth, categories } = encodeRows(encoding, rows);
  return { numbers, numberWidth, categories, tables: tableSizesOf(encoding).length };
}

/** A customer may have no text yet: it then reads as an empty one. */
function textOf({ id, text = '' }: ServedRow): string {
  if (typeof text === 'string') return text;
  throw new MlError('BAD_INPUT', `The text of row ${id} is not a string.`);
}

/** The tensors of some rows; texts are padded to the longest of them. */
export function tensorsOf(inputs: RowInputs, rows: readonly number[], pad: number): HostTensors {
  const { tokens, features } = inputs;
  return {
    ...(tokens &&
      textTensors(
        rows.map((row) => tokens[row] as Int32Array),
        pad,
      )),
    ...(features && featureTensors(features, rows)),
  };
}

export function featureTensors(features: FeatureInputs, rows: readonly number[]): HostTensors {
  const { numbers, numberWidth, categories, tables } = features;
  const pick = <T extends Float32Array | Int32Array>(from: T, into: T, width: number): T => {
    rows.forEach((row, at) => {
      into.set(from.subarray(row * width, (row + 1) * width), at * width);
    });
    return into;
  };
  return {
    numbers: floats(
      [rows.length, numberWidth],
      pick(numbers, new Float32Array(rows.length * numberWidth), numberWidth),
    ),
    categories: integers(
      [rows.length, tables],
      pick(categories, new Int32Array(rows.length * tables), tables),
    ),
  };
}
