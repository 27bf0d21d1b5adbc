import type { HostTensor, OnnxSession } from '../../onnx/session.ts';
import { floats } from '../../onnx/tensors.ts';
import type { TabularEncoding } from '../../tabular/encoding.ts';
import { type FeatureInputs, featureTensors } from '../inputs.ts';
import { type Coalition, shapleyShares } from './shapley.ts';

/** Feature vectors, and the vectors of the texts beside them where the model reads text. */
export interface StructuredRows extends FeatureInputs {
  /** (rows, width) */
  readonly texts?: { readonly data: Float32Array; readonly width: number };
}

export interface FeatureQuestion {
  readonly encoding: TabularEncoding;
  readonly rows: StructuredRows;
  readonly row: number;
  /** What features are like that are not known: some training rows, all with a neutral text. */
  readonly background: StructuredRows;
  /** How much each output counts in the score. */
  readonly direction: readonly number[];
}

const SEED = 1;
/** Rows of a run: a few megabytes. */
const ROWS_AT_ONCE = 2048;

/**
 * What each feature adds to a row's score, and last its text where the model reads one: Shapley
 * values against the background, where what is left out has the value of a background row
 * (Lundberg, Lee 2017, with features taken as independent).
 * @param session of a head graph
 */
export async function attributeFeatures(
  session: OnnxSession,
  question: FeatureQuestion,
): Promise<number[]> {
  const { encoding, rows, background } = question;
  const texts = rows.texts ? 1 : 0;
  const worlds = background.numbers.length
    ? background.numbers.length / background.numberWidth
    : background.categories.length / background.tables;
  return shapleyShares((coalitions) => play(session, question, coalitions), {
    players: encoding.columns.length + texts,
    worlds,
    seed: SEED,
  });
}

async function play(
  session: OnnxSession,
  question: FeatureQuestion,
  coalitions: readonly Coalition[],
): Promise<Float32Array> {
  const scores = new Float32Array(coalitions.length);
  for (let from = 0; from < coalitions.length; from += ROWS_AT_ONCE) {
    const part = coalitions.slice(from, from + ROWS_AT_ONCE);
    const mixed = mix(question, part);
    const every = part.map((_, at) => at);
    const { numbers, categories } = featureTensors(mixed, every);
    const inputs = {
      ...(mixed.numberWidth > 0 && { numbers }),
      ...(mixed.tables > 0 && { categories }),
      ...(mixed.texts && {
        text_vector: floats([part.length, mixed.texts.width], mixed.texts.data),
      }),
    } as Record<string, HostTensor>;
    const outputs = await session.run(inputs);
    const output = (outputs.logits ?? outputs.value)?.data as Float32Array;
    scores.set(scoresAlong(output, question.direction, part.length), from);
  }
  return scores;
}

function scoresAlong(output: Float32Array, direction: readonly number[], rows: number) {
  const width = direction.length;
  return Float32Array.from({ length: rows }, (_, row) =>
    direction.reduce((sum, share, i) => sum + share * (output[row * width + i] as number), 0),
  );
}

/** A row a coalition: the row's own values where they play, those of its world elsewhere. */
function mix(
  { encoding, rows, row, background }: FeatureQuestion,
  coalitions: readonly Coalition[],
): StructuredRows {
  const { numberWidth, tables } = rows;
  const numbers = new Float32Array(coalitions.length * numberWidth);
  const categories = new Int32Array(coalitions.length * tables);
  const width = rows.texts?.width ?? 0;
  const texts = new Float32Array(coalitions.length * width);
  for (const [at, { world, plays }] of coalitions.entries()) {
    let [number, category] = [0, 0];
    for (const [column, { kind }] of encoding.columns.entries()) {
      const [from, of] = plays[column] ? [rows, row] : [background, world];
      if (kind === 'number') {
        // A value, and whether it is missing, go together.
        for (const i of [number, number + numberWidth / 2])
          numbers[at * numberWidth + i] = from.numbers[of * numberWidth + i] as number;
        number += 1;
      } else {
        categories[at * tables + category] = from.categories[of * tables + category] as number;
        category += 1;
      }
    }
    const [from, of] = plays[encoding.columns.length] ? [rows, row] : [background, world];
    if (from.texts) texts.set(from.texts.data.subarray(of * width, (of + 1) * width), at * width);
  }
  return {
    numbers,
    numberWidth,
    categories,
    tables,
    ...(width > 0 && { texts: { data: texts, width } }),
  };
}
