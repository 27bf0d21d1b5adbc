import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encode } from '../../../../src/ml/t5/model/encoder.ts';
import { plainNet } from '../../../../src/ml/t5/model/net.ts';
import { forcedLogits } from '../../../../src/ml/t5/model/seq2seq.ts';
import { selectEagerBackend, tf } from '../../../../src/ml/tf.ts';
import { livelyWeights, tinyConfig } from '../helpers.ts';
import { oracleEncode, oracleLogits } from '../oracle.ts';

const source = [5, 7, 11, 3, 28, 2, 9, 5, 1];
const shorter = [4, 22, 1];
const target = [0, 8, 8, 19, 3];

beforeAll(async () => {
  await selectEagerBackend('cpu');
});
afterAll(() => tf.disposeVariables());

function farthest(actual: number[][], expected: number[][]): number {
  return Math.max(
    ...expected.flatMap((row, i) => row.map((v, j) => Math.abs(v - (actual[i]?.[j] as number)))),
  );
}

describe.each(['t5', 'v1.1'] as const)('a %s model', (kind) => {
  const config = tinyConfig(kind);
  const weights = livelyWeights(config);
  const net = plainNet(config, (name) => {
    const weight = weights.get(name);
    if (!weight) throw new Error(name);
    return tf.tensor(weight.data, [...weight.shape]);
  });
  const padded = [...shorter, ...new Array<number>(source.length - shorter.length).fill(0)];
  const inputs = () => ({
    source: tf.tensor2d([source, padded], undefined, 'int32'),
    sourceMask: tf.tensor2d([source.map(() => 1), padded.map((_, i) => (i < 3 ? 1 : 0))]),
    decoderInput: tf.tensor2d([target, target], undefined, 'int32'),
  });

  it('encodes as the nested loops do, padding or not', () => {
    const { source: ids, sourceMask } = inputs();
    const states = encode(net, ids, sourceMask).arraySync() as number[][][];
    const [first, second] = states as [number[][], number[][]];
    expect(farthest(first, oracleEncode(config, weights, source))).toBeLessThan(1e-4);
    expect(farthest(second.slice(0, 3), oracleEncode(config, weights, shorter))).toBeLessThan(1e-4);
  });

  it('scores every next token as the nested loops do', () => {
    const logits = forcedLogits(net, inputs());
    const [first, second] = logits.arraySync() as [number[][], number[][]];
    expect(farthest(first, oracleLogits(config, weights, source, target))).toBeLessThan(1e-4);
    expect(farthest(second, oracleLogits(config, weights, shorter, target))).toBeLessThan(1e-4);
  });
});
