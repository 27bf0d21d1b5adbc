import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BertConfig, readBertConfig } from '../../../src/ml/bert/config.ts';
import { exportBert } from '../../../src/ml/bert/export.ts';
import { bertWeights } from '../../../src/ml/bert/parameters.ts';
import { encodeModel } from '../../../src/ml/onnx/encode.ts';
import { type OnnxSession, openSession } from '../../../src/ml/onnx/session.ts';
import { pretrainShapes } from '../../../src/ml/tasks/pretrain.ts';
import { loadTokenizer } from '../../../src/ml/tokenizer/load.ts';
import type { Tokenizer } from '../../../src/ml/tokenizer/tokenizer.ts';
import { readSafetensors } from '../../../src/ml/weights/safetensors.ts';
import { requireWeight, type Weights } from '../../../src/ml/weights/weights.ts';

const folder = fileURLToPath(new URL('../../../models/base-encoder', import.meta.url));

describe('the shipped base encoder', () => {
  let config: BertConfig;
  let weights: Weights;
  let tokenizer: Tokenizer;
  let session: OnnxSession;
  beforeAll(async () => {
    config = await readBertConfig(folder);
    weights = await readSafetensors(join(folder, 'model.safetensors'));
    tokenizer = await loadTokenizer(folder);
    const graph = exportBert(config, bertWeights(config, weights), 'mean');
    session = await openSession(encodeModel(graph), { threads: 1 });
  });
  afterAll(() => session.close());

  const embed = async (text: string): Promise<Float32Array> => {
    const ids = tokenizer.encode(text, { maxLength: config.max_position_embeddings });
    const shape = [1, ids.length];
    const { pooled } = await session.run({
      input_ids: { type: 'int64', shape, data: BigInt64Array.from(ids, BigInt) },
      attention_mask: { type: 'int64', shape, data: new BigInt64Array(ids.length).fill(1n) },
    });
    return pooled?.data as Float32Array;
  };
  const likeness = async (a: string, b: string) => {
    const [x, y] = [await embed(a), await embed(b)];
    const dot = (u: Float32Array, v: Float32Array) =>
      u.reduce((sum, w, i) => sum + w * (v[i] ?? 0), 0);
    return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  };

  it('takes less than 15 MB', async () => {
    const sizes = (await readdir(folder)).map(
      async (file) => (await stat(join(folder, file))).size,
    );
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThan(15_000_000);
  });

  it('has a vocabulary of the size its config says, and finite weights, the head for hidden words too', () => {
    expect(tokenizer.vocabularySize).toBe(config.vocab_size);
    for (const [name, shape] of pretrainShapes(config)) requireWeight(weights, name, shape);
    for (const { data } of weights.values()) expect(data.every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['my card was stolen', 'somebody took my debit card', 'what is the exchange rate today'],
    ['卡丢了怎么办', '我的银行卡找不到了', '今天汇率是多少'],
    [
      'the dress fits perfectly',
      'love this shirt, so comfortable',
      'the battery died after a week',
    ],
    ['质量很好，很满意', '非常喜欢，推荐购买', '质量太差了，非常失望'],
  ])('finds "%s" nearer to "%s" than to "%s"', async (text, near, far) => {
    expect(await likeness(text, near)).toBeGreaterThan(await likeness(text, far));
  });
});
