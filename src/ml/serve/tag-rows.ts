import { entropyShare } from '../active/uncertainty.ts';
import { applyLink } from '../baselines/link.ts';
import { calibrate } from '../calibration/calibration.ts';
import { MlError } from '../errors.ts';
import type { HostTensor } from '../onnx/session.ts';
import { textTensors } from '../onnx/tensors.ts';
import { spansOfTags } from '../text/spans.ts';
import { OUTSIDE } from '../text/tags.ts';
import { encodeUnits, NO_TAG } from '../text/units.ts';
import { splitWords } from '../text/words.ts';
import { planBatches } from './batches.ts';
import type { ServedRow } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import type { ServedParts } from './parts.ts';
import type { Prediction, TaggedSpan } from './served.ts';

/**
 * What a SEQUENCE version finds in rows' texts: the spans of its labels, in the order of the text. The
 * probability is that of the least sure span, null without one; the uncertainty that of the least sure
 * word. What is beyond the tokens that it reads is in no span.
 */
export async function tagRows(
  parts: ServedParts,
  rows: readonly ServedRow[],
): Promise<Prediction[]> {
  const { manifest, tokenizer, session, folder } = parts;
  if (!tokenizer || !manifest.maxLength)
    throw new MlError('BAD_FILE', `The model in ${folder} has no tokenizer: it reads no text.`);
  const maxLength = manifest.maxLength;
  const read = rows.map(({ text = '' }) => encodeUnits(tokenizer, text, maxLength));
  const predictions = new Array<Prediction>(rows.length);
  for (const batch of planBatches(read.map(({ ids }) => ids.length))) {
    const ids = batch.map((row) => (read[row] as (typeof read)[number]).ids);
    const { logits } = await session.run(textTensors(ids, tokenizer.special.pad), {}, ['logits']);
    const { data, shape } = logits as HostTensor;
    const width = (shape[1] as number) * (shape[2] as number);
    for (const [at, row] of batch.entries()) {
      const own = (data as Float32Array).subarray(at * width, (at + 1) * width);
      if (!own.every(Number.isFinite))
        throw new MlError('BAD_FILE', `The model in ${folder} gives NaN for row ${rows[row]?.id}.`);
      predictions[row] = predictionOf(manifest, rows[row]?.text ?? '', {
        logits: own,
        units: read[row]?.units as Int32Array,
      });
    }
  }
  return predictions;
}

/** Logits (S, tags) of a text's tokens, and the word that each token speaks for. */
interface TokenScores {
  readonly logits: Float32Array;
  readonly units: Int32Array;
}

function predictionOf(manifest: Manifest, text: string, scores: TokenScores): Prediction {
  const words = splitWords(text);
  const sure = probabilitiesOf(manifest, scores);
  const { labels } = manifest.task;
  const best = words.map((_, word) => likeliest(labels, sure.get(word)));
  const tags = best.map(({ tag }) => tag);
  const spans = (spansOfTags(tags, text) ?? []).map((span): TaggedSpan => {
    const inside = best.filter((_, word) => {
      const { start = 0, end = 0 } = words[word] ?? {};
      return start >= span.start && end <= span.end;
    });
    const confidence = Math.min(...inside.map(({ probability }) => probability));
    return { ...span, text: text.slice(span.start, span.end), confidence };
  });
  const least = Math.min(...spans.map(({ confidence }) => confidence));
  return {
    value: spans,
    probability: spans.length > 0 ? least : null,
    uncertainty: Math.max(0, ...[...sure.values()].map(entropyShare)),
    reasons: [],
  };
}

/** The calibrated probabilities of each word's tags; a word that was not read has none. */
function probabilitiesOf(
  { task, calibration }: Manifest,
  { logits, units }: TokenScores,
): Map<number, readonly number[]> {
  const width = task.labels.length;
  const found = new Map<number, readonly number[]>();
  units.forEach((word, token) => {
    if (word === NO_TAG) return;
    const raw = applyLink('softmax', logits.subarray(token * width, (token + 1) * width));
    const [own = raw] = calibration ? calibrate(calibration, [raw]) : [raw];
    found.set(word, own);
  });
  return found;
}

function likeliest(tags: readonly string[], probabilities: readonly number[] | undefined) {
  if (!probabilities) return { tag: OUTSIDE, probability: 1 };
  const probability = Math.max(...probabilities);
  return { tag: tags[probabilities.indexOf(probability)] as string, probability };
}
