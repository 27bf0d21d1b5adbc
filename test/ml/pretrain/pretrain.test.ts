import { describe, expect, it } from '@jest/globals';
import { parseBertConfig } from '../../../src/ml/bert/config.ts';
import { openMachine } from '../../../src/ml/engine/open.ts';
import type { HostTensors } from '../../../src/ml/onnx/session.ts';
import { labelledBatch, type PretrainData, packedBatch } from '../../../src/ml/pretrain/batch.ts';
import { initialPretrainWeights, keptWeights } from '../../../src/ml/pretrain/loss.ts';
import { maskVocabulary } from '../../../src/ml/pretrain/mask.ts';
import { pretrain } from '../../../src/ml/pretrain/pretrain.ts';
import { packLines, packSamples } from '../../../src/ml/pretrain/shards.ts';
import { writeSamples } from '../../../src/ml/pretrain/text/write.ts';
import { seededRandom } from '../../../src/ml/random.ts';
import { createTokenizer } from '../../../src/ml/tokenizer/load.ts';
import { bertDefinition } from '../../../src/ml/tokenizer/train/bert-definition.ts';
import { countWords } from '../../../src/ml/tokenizer/train/pre-tokenize.ts';
import { trainWordPiece } from '../../../src/ml/tokenizer/train/wordpiece.ts';
import { initialState } from '../../../src/ml/train/step.ts';

const samples = [...writeSamples(1, 1_500)];
const texts = samples.map(({ text }) => text);
const vocabulary = trainWordPiece(countWords(texts), {
  vocabularySize: 900,
  minCharacterCount: 2,
  maxCharacters: 800,
});
const tokenizer = createTokenizer(bertDefinition(vocabulary), {}, 'test');
const data: PretrainData = {
  shards: [{ tokens: packLines(tokenizer, texts), share: 1 }],
  labelled: packSamples(tokenizer, samples, 24),
  vocabulary: maskVocabulary(tokenizer),
  cls: 2,
};
const config = parseBertConfig(
  JSON.stringify({
    hidden_size: 16,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 32,
    vocab_size: 900,
    max_position_embeddings: 128,
  }),
  'test',
);

async function run(steps: number): Promise<{ losses: number[]; words: Float32Array }> {
  const weights = initialPretrainWeights(config, data.labelled.sets, 1);
  const trainable = [...weights.keys()];
  const machine = await openMachine('onnx', initialState(weights, trainable), { threads: 1 });
  const losses: number[] = [];
  await pretrain({
    config,
    machine,
    trainable,
    data,
    rate: 5e-3,
    seed: 4,
    from: 0,
    done: (step) => (step - 1) / steps,
    onStep: async ({ kind, loss }) => {
      if (kind === 'labelled') losses.push(loss);
    },
  });
  const state = await machine.read();
  await machine.close();
  const words = state.get('embeddings.word_embeddings.weight');
  if (!words) throw new Error('The machine lost the word embeddings.');
  return { losses, words: words.data as Float32Array };
}

function integers(batch: HostTensors, name: string): number[] {
  return Array.from(batch[name]?.data ?? [], Number);
}

describe('packed lines and texts', () => {
  it('hold the ids of each line after the other, each ended by [SEP]', () => {
    const expected = texts.flatMap((text) =>
      [...tokenizer.encode(text, { maxLength: 256 })].slice(1),
    );
    expect([...(data.shards[0]?.tokens ?? [])]).toEqual(expected);
  });

  it('hold each sample with its own label of its own task', () => {
    samples.slice(0, 50).forEach(({ text, task, label }, row) => {
      const ids = data.labelled.ids.subarray(row * 24, (row + 1) * 24);
      const encoded = [...tokenizer.encode(text, { maxLength: 24 })];
      expect([...ids].slice(0, encoded.length)).toEqual(encoded);
      expect(data.labelled.sets[task][data.labelled.labels[task][row] ?? -1]).toBe(label);
    });
  });
});

describe('a batch', () => {
  it('names the hidden places and the tokens that were there', () => {
    const whole = packedBatch(data, 6, 32, seededRandom(2).next);
    const targets = integers(whole, 'targets');
    expect(targets).toHaveLength(6 * Math.round(0.15 * 32));
    const rows = integers(whole, 'ids');
    const masked = integers(whole, 'places').filter((place) => rows[place] === 4).length;
    expect(masked / targets.length).toBeGreaterThan(0.5);
    expect(rows.filter((_, i) => i % 32 === 0)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('weighs labels in labelled rows alone', () => {
    const sum = (batch: ReturnType<typeof packedBatch>) =>
      ['intent', 'sentiment', 'category']
        .flatMap((task) => Array.from(batch[`${task}Weights`]?.data ?? [], Number))
        .reduce((total, weight) => total + weight, 0);
    expect(sum(packedBatch(data, 6, 32, seededRandom(2).next))).toBe(0);
    expect(sum(labelledBatch(data, 6, seededRandom(2).next))).toBe(6);
  });
});

describe('pre-training', () => {
  it('lowers the loss, and repeats exactly by number of steps', async () => {
    const first = await run(120);
    const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
    expect(mean(first.losses.slice(-8))).toBeLessThan(0.95 * mean(first.losses.slice(0, 8)));
    expect(await run(120)).toEqual(first);
  }, 300_000);

  it('keeps the encoder and the head for hidden words, not those of generated labels', () => {
    const names = [...keptWeights(initialPretrainWeights(config, data.labelled.sets, 1)).keys()];
    expect(names).toContain('cls.predictions.bias');
    expect(names.filter((name) => /intent|sentiment|category/.test(name))).toEqual([]);
  });
});
