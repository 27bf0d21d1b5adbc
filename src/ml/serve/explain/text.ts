import type { HostTensor, HostTensors, OnnxSession } from '../../onnx/session.ts';
import { floats, textTensors } from '../../onnx/tensors.ts';
import { planBatches, TOKEN_BUDGET } from '../batches.ts';
import { type FeatureInputs, featureTensors } from '../inputs.ts';
import { gaussLobatto } from './quadrature.ts';

/** Rows whose scores are to be explained by their tokens. */
export interface TextQuestion {
  readonly tokens: readonly Int32Array[];
  /** Of the same rows, where the model reads features too. */
  readonly features: FeatureInputs | undefined;
  /** How much each output counts in the score of each row. */
  readonly directions: readonly (readonly number[])[];
  /** Ids that stay as they are at the baseline. */
  readonly special: ReadonlySet<number>;
  /** What other tokens become at the baseline: a word that says nothing. */
  readonly neutral: number;
  readonly pad: number;
}

export interface TextAnswer {
  /** What each token adds; special ones add nothing. */
  readonly attributions: Float32Array;
  /** The score of the row less that of its baseline, which the attributions sum to, nearly. */
  readonly difference: number;
}

/** Points of the way from baseline to text: more where few do not add up. */
const POINTS = [7, 15, 31] as const;
/** How far the sum may be off, as a share of the difference of scores, and in all. */
const [SHARE, SMALL] = [0.03, 1e-3];

/**
 * Integrated gradients (Sundararajan, Taly, Yan 2017) of each row's score by its tokens, from a
 * baseline where every word is neutral.
 * @param session of a slopes graph
 */
export async function attributeTokens(
  session: OnnxSession,
  question: TextQuestion,
): Promise<TextAnswer[]> {
  const answers: TextAnswer[] = [];
  let rows = question.tokens.map((_, row) => row);
  for (const count of POINTS) {
    const lengths = rows.map((row) => question.tokens[row]?.length ?? 0);
    for (const batch of planBatches(lengths, Math.floor(TOKEN_BUDGET / count))) {
      const chosen = batch.map((at) => rows[at] as number);
      const found = await integrate(session, question, chosen, count);
      for (const [at, row] of chosen.entries()) answers[row] = found[at] as TextAnswer;
    }
    rows = rows.filter((row) => !isComplete(answers[row] as TextAnswer));
  }
  return answers;
}

function isComplete({ attributions, difference }: TextAnswer): boolean {
  const sum = attributions.reduce((total, value) => total + value, 0);
  return Math.abs(sum - difference) <= Math.max(SMALL, SHARE * Math.abs(difference));
}

async function integrate(
  session: OnnxSession,
  question: TextQuestion,
  rows: readonly number[],
  count: number,
): Promise<TextAnswer[]> {
  const { places, weights } = gaussLobatto(count);
  const outputs = await session.run(feedsOf(question, rows, places));
  const slopes = outputs.slopes as HostTensor & { data: Float32Array };
  const scores = outputs.score?.data as Float32Array;
  const length = slopes.shape[1] as number;
  return rows.map((row, at) => {
    const attributions = new Float32Array(question.tokens[row]?.length ?? 0);
    for (let point = 0; point < count; point++) {
      const from = (at * count + point) * length;
      for (let i = 0; i < attributions.length; i++) {
        const slope = slopes.data[from + i] as number;
        attributions[i] = (attributions[i] as number) + slope * (weights[point] as number);
      }
    }
    const last = scores[at * count + count - 1] as number;
    return { attributions, difference: last - (scores[at * count] as number) };
  });
}

/** Every row once for each place. */
function feedsOf(
  { tokens, features, directions, special, neutral, pad }: TextQuestion,
  rows: readonly number[],
  places: readonly number[],
): HostTensors {
  const repeated = rows.flatMap((row) => places.map(() => row));
  const ids = repeated.map((row) => tokens[row] as Int32Array);
  const baselines = ids.map((own) => own.map((id) => (special.has(id) ? id : neutral)));
  const { input_ids } = textTensors(baselines, pad);
  const width = directions[0]?.length ?? 0;
  return {
    ...textTensors(ids, pad),
    ...(features && featureTensors(features, repeated)),
    baseline_ids: input_ids,
    place: floats([repeated.length], Float32Array.from(rows.flatMap(() => places))),
    direction: floats(
      [repeated.length, width],
      Float32Array.from(repeated.flatMap((row) => directions[row] ?? [])),
    ),
  };
}
