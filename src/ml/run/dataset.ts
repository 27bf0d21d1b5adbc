import { type EncodedRows, encodeRows } from '../tabular/encode.ts';
import type { TabularEncoding } from '../tabular/encoding.ts';
import type { Inputs } from '../tasks/inputs.ts';
import { encodeUnits, NO_TAG, type TaggedTokens } from '../text/units.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { TrainingRow, TrainingSpec } from './spec.ts';
import { truthsOf } from './targets.ts';

/** Rows in the form that models take. */
export interface Dataset {
  readonly rows: readonly TrainingRow[];
  readonly inputs: Inputs;
  /** What each row's targets are; undefined for a row without a label. */
  readonly truths: readonly unknown[];
  /** SEQUENCE: the unit that each token of a row speaks for. */
  readonly units?: readonly Int32Array[];
}

/** What turns rows into numbers. */
export interface Encoders {
  readonly tokenizer?: Tokenizer | undefined;
  readonly maxLength: number;
  readonly encoding?: TabularEncoding | undefined;
}

/** @throws MlError that names the first row that does not fit the task or the features */
export function datasetOf(
  task: TrainingSpec['task'],
  rows: readonly TrainingRow[],
  { tokenizer, maxLength, encoding }: Encoders,
): Dataset {
  const truths = truthsOf(task, rows);
  const features = encoding && encodeRows(encoding, rows);
  if (task.kind !== 'SEQUENCE' || !tokenizer) {
    const texts = tokenizer && rows.map(({ text = '' }) => tokenizer.encode(text, { maxLength }));
    return { rows, inputs: inputsOf(rows.length, tokenizer, texts, features), truths };
  }
  const tagged = rows.map(({ text = '' }) => encodeUnits(tokenizer, text, maxLength));
  const ids = tagged.map((tokens) => tokens.ids);
  return {
    rows,
    inputs: inputsOf(rows.length, tokenizer, ids, features),
    truths: truths.map((tags, row) => tagsOf(tagged[row], tags as number[] | undefined)),
    units: tagged.map(({ units }) => units),
  };
}

function inputsOf(
  count: number,
  tokenizer: Tokenizer | undefined,
  ids: readonly Int32Array[] | undefined,
  features: EncodedRows | undefined,
): Inputs {
  return {
    count,
    ...(tokenizer && ids && { text: { ids, pad: tokenizer.special.pad } }),
    ...(features && { features }),
  };
}

/** One tag a token, of one a unit. */
function tagsOf(tokens: TaggedTokens | undefined, tags: readonly number[] | undefined) {
  if (!tags) return undefined;
  return tokens?.units.map((unit) => (unit === NO_TAG ? NO_TAG : (tags[unit] as number)));
}
