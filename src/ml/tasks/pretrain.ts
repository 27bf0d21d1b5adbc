import type { BertConfig } from '../bert/config.ts';
import { bertEncode } from '../bert/encoder.ts';
import type { Lookup } from '../engine/engine.ts';
import { embedding } from '../nn/embedding.ts';
import { rows as flatRows } from '../nn/fused.ts';
import { gelu, geluTanh } from '../nn/gelu.ts';
import { layerNorm } from '../nn/layer-norm.ts';
import { linear } from '../nn/linear.ts';
import { crossEntropy } from '../nn/losses.ts';
import type { HostTensors } from '../onnx/session.ts';
import { floats, integers } from '../onnx/tensors.ts';
import type { Random } from '../random.ts';
import type { tf } from '../tf.ts';
import type { Loss } from '../train/step.ts';
import { tokenTensors } from './tensors.ts';

/** The head's weights, under the names of Hugging Face's BertForMaskedLM; its decoder is tied. */
export function pretrainShapes(config: BertConfig): Map<string, number[]> {
  const { hidden_size: width } = config;
  return new Map([
    ['cls.predictions.transform.dense.weight', [width, width]],
    ['cls.predictions.transform.dense.bias', [width]],
    ['cls.predictions.transform.LayerNorm.weight', [width]],
    ['cls.predictions.transform.LayerNorm.bias', [width]],
    ['cls.predictions.bias', [config.vocab_size]],
  ]);
}

const activations = { gelu, gelu_new: geluTanh, relu: (x: tf.Tensor) => x.relu() };

/**
 * Scores of every token of the vocabulary, for chosen vectors (N, H): (N, V).
 * The decoder is the table of word vectors (Press, Wolf 2017).
 */
export function pretrainScores(config: BertConfig, p: Lookup, chosen: tf.Tensor): tf.Tensor {
  const at = 'cls.predictions.transform';
  const dense = linear(chosen, p(`${at}.dense.weight`), p(`${at}.dense.bias`));
  const activated = activations[config.hidden_act](dense);
  const [gamma, beta] = [p(`${at}.LayerNorm.weight`), p(`${at}.LayerNorm.bias`)];
  const x = layerNorm(activated, gamma, beta, config.layer_norm_eps);
  return linear(x, p('embeddings.word_embeddings.weight'), p('cls.predictions.bias'));
}

/**
 * Masked-language modelling (Devlin et al. 2019, 3.1), on batches that `maskedBatch` made. Only the
 * masked places go through the vocabulary, which is most of the work.
 */
export function pretrainLoss(config: BertConfig): Loss {
  return (p, batch, options) => {
    const hidden = bertEncode(config, p, { ids: batch('ids'), mask: batch('mask') }, options);
    const chosen = embedding(flatRows(hidden), batch('places')); // (K, H)
    const scores = pretrainScores(config, p, chosen);
    return crossEntropy(scores, batch('labels'), batch('weights'));
  };
}

export interface MaskOptions {
  /** Share of tokens to predict. */
  readonly rate: number;
  readonly pad: number;
  readonly mask: number;
  /** Ids that are never masked and never put in: padding, [CLS], [SEP] and the like. */
  readonly special: ReadonlySet<number>;
  readonly vocabularySize: number;
}

/**
 * A batch with tokens masked by chance: of those chosen, 80% become the mask, 10% any token, and 10%
 * stay (Devlin et al. 2019, A.1). Drawn anew for each step, as in RoBERTa (Liu et al. 2019, 4.1).
 * @param rows token ids with their special tokens
 * @returns ids, mask (size, length); places (K) in the flattened batch, labels (K), weights (K), where
 *   K depends on size and length alone
 */
export function maskedBatch(
  rows: readonly Int32Array[],
  size: number,
  length: number,
  options: MaskOptions,
  random: Random,
): HostTensors {
  const slots = maskedSlots(size, length, options.rate);
  const [places, labels] = [new Int32Array(slots), new Int32Array(slots)];
  const weights = new Float32Array(slots);
  const tensors = tokenTensors(rows, size, length, options.pad);
  const ids = tensors.ids?.data as Int32Array;
  let used = 0;
  rows.forEach((row, r) => {
    for (const place of chosenPlaces(row.subarray(0, length), options, random)) {
      if (used === slots) return;
      const at = r * length + place;
      places[used] = at;
      labels[used] = ids[at] as number;
      weights[used++] = 1;
      ids[at] = replacement(ids[at] as number, options, random);
    }
  });
  return {
    ...tensors,
    places: integers([slots], places),
    labels: integers([slots], labels),
    weights: floats([slots], weights),
  };
}

/** Room for the masked places of a batch, whatever its rows are. */
function maskedSlots(size: number, length: number, rate: number): number {
  return Math.ceil(size * Math.max(1, length * rate));
}

/** At least one place a row, so that short texts teach too. */
function chosenPlaces(row: Int32Array, { rate, special }: MaskOptions, random: Random): number[] {
  const open: number[] = [];
  row.forEach((id, place) => {
    if (!special.has(id)) open.push(place);
  });
  // Rounded by chance, so that the rate is right on average.
  const wanted = Math.max(1, Math.floor(open.length * rate + random()));
  for (let i = 0; i < Math.min(wanted, open.length); i++) {
    const j = i + Math.floor(random() * (open.length - i));
    [open[i], open[j]] = [open[j] as number, open[i] as number];
  }
  return open.slice(0, wanted);
}

function replacement(id: number, options: MaskOptions, random: Random): number {
  const chance = random();
  if (chance < 0.8) return options.mask;
  if (chance < 0.9) return id;
  for (;;) {
    const any = Math.floor(random() * options.vocabularySize);
    if (!options.special.has(any)) return any;
  }
}
