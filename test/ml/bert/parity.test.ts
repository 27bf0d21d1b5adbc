import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bertConfig } from '../../../src/ml/bert/config.ts';
import { bertLayers } from '../../../src/ml/bert/encoder.ts';
import type { Computation } from '../../../src/ml/engine/engine.ts';
import { openTracedMachine } from '../../../src/ml/engine/traced.ts';
import { linear } from '../../../src/ml/nn/linear.ts';
import type { HostTensor } from '../../../src/ml/onnx/session.ts';
import { readSafetensors } from '../../../src/ml/weights/safetensors.ts';

const folder = join(process.env.CAMEO_DATA ?? '../shared/data', 'parity/bert_tiny_sst2_encoder');
const there = existsSync(folder);
if (!there) console.warn(`Not run: there is no ${folder} (set CAMEO_DATA).`);

interface Example {
  readonly input_embeddings: number[][];
  readonly layer1_cls: number[];
  readonly layer2_mean: number[];
  readonly pooled: number[];
  readonly logits: number[];
}

const config = bertConfig.parse({
  hidden_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 512,
  vocab_size: 30522,
  max_position_embeddings: 512,
});

/** A published sentiment model, from its vectors after the embeddings to its logits. */
const classify: Computation = (p, batch) => {
  const embedded = batch('embedded');
  const mask = batch('mask');
  const first = bertLayers({ ...config, num_hidden_layers: 1 }, p, embedded, mask);
  const second = bertLayers(config, p, embedded, mask);
  const cls = second.slice([0, 0, 0], [-1, 1, -1]).squeeze([1]);
  const pooled = linear(cls, p('pooler.dense.weight'), p('pooler.dense.bias')).tanh();
  const logits = linear(pooled, p('classifier.weight'), p('classifier.bias'));
  const layer1 = first.slice([0, 0, 0], [-1, 1, -1]).squeeze([1]);
  return { outputs: { layer1, mean: second.mean(1), pooled, logits } };
};

(there ? describe : describe.skip)('a published BERT', () => {
  it('gives its published vectors and logits, to 1e-4', async () => {
    const weights = await readSafetensors(join(folder, 'model.safetensors'));
    const state = new Map<string, HostTensor>();
    for (const [name, weight] of weights)
      state.set(name.replace(/^bert\./, ''), { type: 'float32', ...weight });
    const machine = openTracedMachine(state, { threads: 1 });
    const examples: Example[] = JSON.parse(readFileSync(join(folder, 'examples.json'), 'utf8'));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const tokens = example.input_embeddings.length;
      const outputs = await machine.run(classify, {
        embedded: of([1, tokens, 128], example.input_embeddings.flat()),
        mask: of([1, tokens], Array(tokens).fill(1)),
      });
      expect(gap(outputs.layer1, example.layer1_cls)).toBeLessThan(1e-4);
      expect(gap(outputs.mean, example.layer2_mean)).toBeLessThan(1e-4);
      expect(gap(outputs.pooled, example.pooled)).toBeLessThan(1e-4);
      expect(gap(outputs.logits, example.logits)).toBeLessThan(1e-4);
    }
    await machine.close();
  });
});

function of(shape: number[], values: number[]): HostTensor {
  return { type: 'float32', shape, data: Float32Array.from(values) };
}

function gap(found: HostTensor | undefined, expected: number[]): number {
  return Math.max(...expected.map((value, i) => Math.abs(value - Number(found?.data[i]))));
}
