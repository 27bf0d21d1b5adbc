import type { T5Config } from '../../../../src/ml/t5/config.ts';
import type { Decoder } from '../../../../src/ml/t5/decode/decoder.ts';
import { plainNet } from '../../../../src/ml/t5/model/net.ts';
import { forcedLogits } from '../../../../src/ml/t5/model/seq2seq.ts';
import { tf } from '../../../../src/ml/tf.ts';
import type { Weights } from '../../../../src/ml/weights/weights.ts';

/** Rows of the source and of all tokens so far. */
type Rows = readonly { readonly source: readonly number[]; readonly tokens: readonly number[] }[];

/** A decoder without a cache: it runs the whole model on everything, eagerly, for each token. */
export function createUncachedDecoder(config: T5Config, weights: Weights): Decoder<Rows> {
  return {
    vocabulary: config.vocabulary,
    startId: config.startId,
    endId: config.endId,
    begin: async (sources) => ({ state: sources.map((source) => ({ source, tokens: [] })) }),
    async step(rows, tokens) {
      const state = rows.map((row, i) => ({
        ...row,
        tokens: [...row.tokens, tokens[i] as number],
      }));
      return { state, logProbs: Float32Array.from(state.flatMap((row) => lastOf(row))) };
    },
    select: (rows, chosen) => chosen.map((row) => rows[row] as Rows[number]),
  };

  function lastOf({ source, tokens }: Rows[number]): number[] {
    return tf.tidy(() => {
      const net = plainNet(config, (name) => {
        const weight = weights.get(name);
        if (!weight) throw new Error(name);
        return tf.tensor(weight.data, [...weight.shape]);
      });
      const logits = forcedLogits(net, {
        source: tf.tensor2d([[...source]], undefined, 'int32'),
        sourceMask: tf.ones([1, source.length]),
        decoderInput: tf.tensor2d([[...tokens]], undefined, 'int32'),
      });
      const all = tf.logSoftmax(logits).arraySync() as number[][][];
      return all[0]?.at(-1) as number[];
    });
  }
}
