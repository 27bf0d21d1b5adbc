import type { OnnxSession } from '../../onnx/session.ts';
import type { FeatureValue, TabularEncoding } from '../../tabular/encoding.ts';
import { compute } from '../compute.ts';
import { type RowInputs, readFeatures, type ServedRow } from '../inputs.ts';
import type { Outcome } from '../outcome.ts';
import type { ServedParts } from '../parts.ts';
import { attributeFeatures, type StructuredRows } from './features.ts';
import { type ServedReason, strongest } from './reason.ts';
import { baselineWords, sharesOf, type Words, withBaseline } from './stacked.ts';
import { explainWords, TEXT } from './text-words.ts';

/** Words that show what in a text counted. */
const SHOWN_WORDS = 3;

/**
 * What moved each row's prediction: the words of its text, or its features, of which the text is one
 * where the model reads both. Of a model that is stacked with a baseline both parts are explained, each
 * by its share in the stack's score.
 */
export async function explain(
  parts: ServedParts,
  inputs: RowInputs,
  rows: readonly ServedRow[],
  outcomes: readonly Outcome[],
  most: number,
): Promise<ServedReason[][]> {
  const slopes = inputs.tokens && (await parts.graph('slopes.onnx'));
  const shares = sharesOf(parts.manifest);
  const beside = parts.baseline && baselineWords(parts.baseline, shares.baseline, rows, outcomes);
  const own = slopes ? await explainWords(parts, slopes, inputs, outcomes, 0) : undefined;
  const words = beside
    ? rows.map((_, row) => withBaseline(own?.[row] ?? [], shares.model, beside[row] as Words))
    : own;
  const head = inputs.features && (await parts.graph('head.onnx'));
  const reasons = head
    ? (await explainFeatures(parts, head, inputs, rows, outcomes, words)).map((of, row) =>
        beside ? featuresWithBaseline(of, shares.model, beside[row] as Words) : of,
      )
    : (words ?? rows.map(() => []));
  return reasons.map((of) => strongest(of, most));
}

/** Of a stacked model that reads features too, the text stands for what it adds through both. */
function featuresWithBaseline(
  reasons: readonly ServedReason[],
  share: number,
  beside: Words,
): ServedReason[] {
  const added = [...beside.values()].reduce((sum, value) => sum + value, 0);
  return reasons.map((reason) => ({
    ...reason,
    contribution: share * reason.contribution + (reason.name === TEXT ? added : 0),
  }));
}

async function explainFeatures(
  parts: ServedParts,
  head: OnnxSession,
  inputs: RowInputs,
  rows: readonly ServedRow[],
  outcomes: readonly Outcome[],
  words: readonly ServedReason[][] | undefined,
): Promise<ServedReason[][]> {
  const { features: encoding, background: examples = [] } = parts.manifest;
  const { features } = inputs;
  if (!encoding || !features || examples.length === 0) return rows.map(() => []);
  const texts = inputs.tokens && (await textVectors(parts, inputs));
  const known: StructuredRows = { ...features, ...(texts && { texts }) };
  const background = await backgroundOf(parts, examples);
  const reasons: ServedReason[][] = [];
  for (const [row, { direction }] of outcomes.entries()) {
    const question = { encoding, rows: known, row, background, direction };
    const shares = await attributeFeatures(head, question);
    const own = encoding.columns.map(({ name }, column) => ({
      ...{ name, contribution: shares[column] as number },
      text: shownValue(rows[row]?.features?.[column] ?? null),
    }));
    if (texts) own.push(textReason(shares.at(-1) as number, words?.[row] ?? []));
    reasons.push(own);
  }
  return reasons;
}

function textReason(contribution: number, words: readonly ServedReason[]) {
  const along = words.filter((word) => Math.sign(word.contribution) === Math.sign(contribution));
  const shown = strongest(along, SHOWN_WORDS).map(({ text }) => text);
  return { name: TEXT, contribution, text: shown.join(', ') };
}

function shownValue(value: FeatureValue): string {
  return value === null ? 'missing' : String(value);
}

function textVectors({ session, tokenizer }: ServedParts, inputs: RowInputs) {
  return compute(session, inputs, tokenizer?.special.pad ?? 0, 'text_vector');
}

/** Training rows, all with an empty text where the model reads one. */
async function backgroundOf(
  parts: ServedParts,
  examples: readonly (readonly FeatureValue[])[],
): Promise<StructuredRows> {
  const { manifest, tokenizer } = parts;
  const encoding = manifest.features as TabularEncoding;
  const rows = examples.map((features, at) => ({
    ...{ id: `background ${at}`, features: [...features] },
  }));
  const features = readFeatures(encoding, rows);
  if (!tokenizer || !manifest.maxLength) return features;
  const empty = tokenizer.encode('', { maxLength: manifest.maxLength });
  const one = readFeatures(encoding, rows.slice(0, 1));
  const { data, width } = await textVectors(parts, { size: 1, tokens: [empty], features: one });
  const repeated = new Float32Array(rows.length * width);
  for (let row = 0; row < rows.length; row++) repeated.set(data, row * width);
  return { ...features, texts: { data: repeated, width } };
}
