import type { BertConfig } from '../bert/config.ts';
import { bertEncode } from '../bert/encoder.ts';
import { initialBertWeights } from '../bert/parameters.ts';
import { pool } from '../bert/pooling.ts';
import type { Lookup } from '../engine/engine.ts';
import { embedding } from '../nn/embedding.ts';
import { rows } from '../nn/fused.ts';
import { linear } from '../nn/linear.ts';
import { crossEntropy } from '../nn/losses.ts';
import { normalFrom } from '../random.ts';
import { pretrainScores } from '../tasks/pretrain.ts';
import type { tf } from '../tf.ts';
import type { Loss } from '../train/step.ts';
import type { Weights } from '../weights/weights.ts';
import type { LabelSets } from './shards.ts';
import { tasks } from './text/sample.ts';

/** How much hidden words weigh beside the labels of generated texts: they give far larger gradients. */
const MASKED_WEIGHT = 0.2;
/** Places and segments start small beside words that already mean something. */
const PLACE_SCALE = 0.2;

/** Prefix of the heads that pre-training alone uses. */
export const HEAD = 'pretrain.';

/** The hidden places of a batch, predicted from (B, S, H). */
function maskedLoss(config: BertConfig, p: Lookup, hidden: tf.Tensor, batch: Lookup): tf.Scalar {
  const places = embedding(rows(hidden), batch('places')); // (N, H)
  const logits = pretrainScores(config, p, places); // (N, V)
  return crossEntropy(logits, batch('targets'), batch('targetWeights'));
}

/** Masked words, and the labels of the rows that have one, read from the mean of their vectors. */
export function pretrainLoss(config: BertConfig): Loss {
  return (p, batch, { dropout }) => {
    const mask = batch('mask');
    const hidden = bertEncode(config, p, { ids: batch('ids'), mask }, { dropout });
    const pooled = pool(hidden, mask, 'mean');
    const labels = tasks.map((task) => {
      const logits = linear(pooled, p(`${HEAD}${task}.weight`), p(`${HEAD}${task}.bias`));
      return crossEntropy(logits, batch(task), batch(`${task}Weights`));
    });
    const labelled = labels.reduce((sum, loss) => sum.add(loss) as tf.Scalar);
    return maskedLoss(config, p, hidden, batch).mul(MASKED_WEIGHT).add(labelled) as tf.Scalar;
  };
}

/** A new encoder with the heads of pre-training; word embeddings start from `vectors` if given. */
export function initialPretrainWeights(
  config: BertConfig,
  sets: LabelSets,
  seed: number,
  vectors?: Float32Array,
): Weights {
  const weights = initialBertWeights(config, seed);
  const { hidden_size: hidden, vocab_size: vocabulary } = config;
  if (vectors)
    weights.set('embeddings.word_embeddings.weight', {
      shape: [vocabulary, hidden],
      data: vectors,
    });
  for (const name of ['position_embeddings', 'token_type_embeddings'])
    scale(weights, `embeddings.${name}.weight`, PLACE_SCALE);
  const normal = normalFrom(seed + 1);
  const dense = (name: string, rows: number) => {
    const data = Float32Array.from({ length: rows * hidden }, () => 0.02 * normal());
    weights.set(`${name}.weight`, { shape: [rows, hidden], data });
    weights.set(`${name}.bias`, { shape: [rows], data: new Float32Array(rows) });
  };
  const at = 'cls.predictions.transform';
  dense(`${at}.dense`, hidden);
  weights.set(`${at}.LayerNorm.weight`, {
    shape: [hidden],
    data: new Float32Array(hidden).fill(1),
  });
  weights.set(`${at}.LayerNorm.bias`, { shape: [hidden], data: new Float32Array(hidden) });
  weights.set('cls.predictions.bias', { shape: [vocabulary], data: new Float32Array(vocabulary) });
  for (const task of tasks) dense(HEAD + task, sets[task].length);
  return weights;
}

function scale(weights: Weights, name: string, factor: number): void {
  const weight = weights.get(name);
  if (weight) weights.set(name, { ...weight, data: weight.data.map((value) => value * factor) });
}

/** What is kept of the weights: the heads of generated labels served pre-training alone. */
export function keptWeights(weights: Weights): Weights {
  return new Map([...weights].filter(([name]) => !name.startsWith(HEAD)));
}
