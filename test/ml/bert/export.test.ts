import { beforeAll, describe, expect, it } from '@jest/globals';
import { bertConfig } from '../../../src/ml/bert/config.ts';
import { bertEncode } from '../../../src/ml/bert/encoder.ts';
import { exportBert } from '../../../src/ml/bert/export.ts';
import { initialBertWeights } from '../../../src/ml/bert/parameters.ts';
import { pool } from '../../../src/ml/bert/pooling.ts';
import { openEagerMachine } from '../../../src/ml/engine/eager.ts';
import { encodeModel } from '../../../src/ml/onnx/encode.ts';
import { type HostTensor, type OnnxSession, openSession } from '../../../src/ml/onnx/session.ts';
import { selectEagerBackend } from '../../../src/ml/tf.ts';
import { floats, integers } from '../../helpers/tensors.ts';

const config = bertConfig.parse({
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 32,
  vocab_size: 50,
  max_position_embeddings: 12,
});
const weights = initialBertWeights(config, 3);

describe('an exported encoder', () => {
  let session: OnnxSession;
  beforeAll(async () => {
    await selectEagerBackend('cpu');
    session = await openSession(encodeModel(exportBert(config, weights, 'mean')), { threads: 1 });
  });

  it.each([
    ['one short text', [1, 3], [4, 5, 6], [1, 1, 1]],
    [
      'two of different lengths',
      [2, 5],
      [1, 2, 3, 4, 5, 9, 8, 7, 0, 0],
      [1, 1, 1, 1, 1, 1, 1, 1, 0, 0],
    ],
    ['as many tokens as there are positions', [1, 12], Array(12).fill(7), Array(12).fill(1)],
  ])('gives for %s what the eager model gives', async (_, shape, ids, mask) => {
    const served = await session.run({
      input_ids: int64(shape, ids),
      attention_mask: int64(shape, mask),
    });
    const eager = await eagerly(integers(shape, ids), floats(shape, mask));
    expect(served.last_hidden_state?.shape).toEqual([...shape, 16]);
    expect(served.pooled?.shape).toEqual([shape[0], 16]);
    for (const name of ['last_hidden_state', 'pooled'])
      expect(largestGap(served[name], eager[name])).toBeLessThan(1e-5);
  });

  it('does not see padding', async () => {
    const bare = await session.run({
      input_ids: int64([1, 3], [4, 5, 6]),
      attention_mask: int64([1, 3], [1, 1, 1]),
    });
    const padded = await session.run({
      input_ids: int64([1, 6], [4, 5, 6, 20, 30, 40]),
      attention_mask: int64([1, 6], [1, 1, 1, 0, 0, 0]),
    });
    expect(largestGap(bare.pooled, padded.pooled)).toBeLessThan(1e-5);
  });
});

async function eagerly(ids: HostTensor, mask: HostTensor) {
  const state = new Map([...weights].map(([k, v]) => [k, { type: 'float32' as const, ...v }]));
  const machine = openEagerMachine(state);
  const outputs = await machine.run(
    (p, batch) => {
      const hidden = bertEncode(config, p, { ids: batch('ids'), mask: batch('mask') });
      return {
        outputs: { last_hidden_state: hidden, pooled: pool(hidden, batch('mask'), 'mean') },
      };
    },
    { ids, mask },
  );
  await machine.close();
  return outputs;
}

function int64(shape: number[], values: number[]): HostTensor {
  return { type: 'int64', shape, data: BigInt64Array.from(values, BigInt) };
}

function largestGap(a: HostTensor | undefined, b: HostTensor | undefined): number {
  return Math.max(...[...(a?.data ?? [])].map((x, i) => Math.abs(Number(x) - Number(b?.data[i]))));
}
