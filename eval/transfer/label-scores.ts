import type { Computation } from '../../src/ml/engine/engine.ts';
import type { HostTensors } from '../../src/ml/onnx/session.ts';
import type { T5Config } from '../../src/ml/t5/config.ts';
import { sourceBatch } from '../../src/ml/t5/data/batch.ts';
import { maskBias } from '../../src/ml/t5/model/attention.ts';
import { crossMemory, decode, tokenLogits } from '../../src/ml/t5/model/decoder.ts';
import { encode } from '../../src/ml/t5/model/encoder.ts';
import { plainNet } from '../../src/ml/t5/model/net.ts';
import { distancesWithin, positionBias } from '../../src/ml/t5/model/position-bias.ts';
import { tf } from '../../src/ml/tf.ts';

const HIDDEN = -1e4;

/**
 * The log-probability of each token of each label, all labels spelt at once behind one another: a
 * token sees those before it in its own label alone, and positions are relative, so that each label
 * is scored as if it were the only one. Weights come from the machine's state, so that one compiled
 * graph scores every model.
 * @returns outputs `logProbs` (B, N, N): of token j (of N) after the tokens before place i
 */
export function labelScores(config: T5Config): Computation {
  return (p, batch) => {
    const net = plainNet(config, p);
    const states = encode(net, batch('source'), batch('sourceMask'));
    const memory = { blocks: crossMemory(net, states), bias: maskBias(batch('sourceMask')) };
    const ids = batch('labelInputs');
    const bias = positionBias(net, 'decoder', distancesWithin(ids)).add(batch('labelBias'));
    const decoded = decode(net, ids, memory, { bias, extend: (_, own) => own });
    const log = tf.logSoftmax(tokenLogits(net, decoded));
    return { outputs: { logProbs: tf.gather(log, batch('labelTokens') as tf.Tensor1D, 2) } };
  };
}

/** A label set as inputs of `labelScores`. */
export interface LabelInputs {
  readonly tensors: (rows: number) => HostTensors;
  /** The label that the token at each place belongs to; -1 for padding. */
  readonly labelAt: readonly number[];
  readonly labels: number;
}

/**
 * @param spelt token ids of each label with its end
 * @param places how many tokens there is room for: label sets of one size share a graph
 */
export function labelInputs(
  spelt: readonly (readonly number[])[],
  places: number,
  { startId, padId }: Pick<T5Config, 'startId' | 'padId'>,
): LabelInputs {
  const filler = Array.from({ length: places }, () => padId);
  const tokens = [...spelt.flat(), ...filler].slice(0, places);
  const shifted = spelt.flatMap((own) => [startId, ...own.slice(0, -1)]);
  const inputs = [...shifted, ...filler].slice(0, places);
  const labelAt = [...spelt.flatMap((own, label) => own.map(() => label)), ...filler.fill(-1)];
  const bias = new Float32Array(places * places).fill(HIDDEN);
  for (let query = 0; query < places; query++)
    for (let key = 0; key <= query; key++)
      if (labelAt[query] === labelAt[key]) bias[query * places + key] = 0;
  return {
    labels: spelt.length,
    labelAt: labelAt.slice(0, places),
    tensors: (rows) => ({
      labelInputs: {
        type: 'int32',
        shape: [rows, places],
        data: Int32Array.from({ length: rows * places }, (_, i) => inputs[i % places] as number),
      },
      labelTokens: { type: 'int32', shape: [places], data: Int32Array.from(tokens) },
      labelBias: { type: 'float32', shape: [places, places], data: bias },
    }),
  };
}

/** A batch for `labelScores`: `rows` sources, filled up with empty ones. */
export function scoreBatch(
  sources: readonly (readonly number[])[],
  shape: { readonly rows: number; readonly source: number },
  labels: LabelInputs,
  config: T5Config,
): HostTensors {
  return { ...sourceBatch(sources, shape, config), ...labels.tensors(shape.rows) };
}

/** Log-probabilities of whole labels (rows, labels) from `logProbs` (B, N, N). */
export function labelLogProbs(
  logProbs: Float32Array,
  rows: number,
  { labelAt, labels }: LabelInputs,
): number[][] {
  const places = labelAt.length;
  return Array.from({ length: rows }, (_, row) => {
    const scores = new Array<number>(labels).fill(0);
    for (const [place, label] of labelAt.entries())
      if (label >= 0)
        scores[label] =
          (scores[label] as number) + (logProbs[(row * places + place) * places + place] as number);
    return scores;
  });
}
