import { describe, expect, it } from '@jest/globals';
import type { HostTensor } from '../../../../src/ml/onnx/session.ts';
import { writeSamples } from '../../../../src/ml/pretrain/text/write.ts';
import { seededRandom } from '../../../../src/ml/random.ts';
import { parseT5Config } from '../../../../src/ml/t5/config.ts';
import { usualCorruption } from '../../../../src/ml/t5/data/corrupt.ts';
import { initialT5 } from '../../../../src/ml/t5/initial.ts';
import { EMBEDDING } from '../../../../src/ml/t5/parameters.ts';
import { pretrainBatches, sampleBatch, spanBatch } from '../../../../src/ml/t5/pretrain/batches.ts';
import { startFromWords } from '../../../../src/ml/t5/pretrain/initial-words.ts';
import { samplePair } from '../../../../src/ml/t5/pretrain/sample-pair.ts';
import { createTokenizer } from '../../../../src/ml/tokenizer/load.ts';
import { countStretches } from '../../../../src/ml/tokenizer/train/stretches.ts';
import { t5Definition } from '../../../../src/ml/tokenizer/train/t5-definition.ts';
import { trainUnigram } from '../../../../src/ml/tokenizer/train/unigram.ts';

const samples = [...writeSamples(1, 400)];
const tokenizer = tokenizerOf(samples.map(({ text, label }) => `${label}: ${text}`));
const config = parseT5Config({
  ...{ vocab_size: tokenizer.vocabularySize, d_model: 8, d_kv: 4, d_ff: 8 },
  ...{ num_layers: 1, num_heads: 2 },
});
const tokens = Uint16Array.from(samples.flatMap(({ text }) => [...encode(text)]));
const { sentinels } = tokenizer.special;
const corruption = { ...usualCorruption, sentinels, endId: config.endId };
const data = { tokenizer, tokens, samples, corruption };
const idsOf = (tensor: HostTensor | undefined) => (tensor as HostTensor).data as Int32Array;

function tokenizerOf(texts: readonly string[]) {
  const pieces = trainUnigram(countStretches(texts), {
    ...{ vocabularySize: 900, maxPieceLength: 8, seedSize: 3_000 },
  });
  return createTokenizer(
    t5Definition(pieces),
    { eos_token: '</s>', pad_token: '<pad>' },
    'this test',
  );
}

function encode(text: string) {
  return tokenizer.encode(text, { maxLength: 1 << 20 });
}

describe('what the T5 base learns from', () => {
  it('asks for what the writer of a text knew, in the language of the text', () => {
    const asked = [
      { text: '很好', language: 'zh', task: 'sentiment', label: 'positive' },
      { text: 'lost my card', language: 'en', task: 'intent', label: 'bank.card_lost' },
    ] as const;
    const said = asked.map((sample) => {
      const { source, target } = samplePair(tokenizer, sample, 64);
      return [source, target].map((ids) => tokenizer.decode(ids));
    });
    expect(said).toEqual([
      ['情感:很好', '正面'],
      ['intent: lost my card', 'card lost'],
    ]);
  });

  it('hides spans of the text, and no end of a line is among what it shows', () => {
    const { source, labels } = spanBatch(data, config, seededRandom(3).next);
    const [rows = 0, length = 0] = source?.shape ?? [];
    for (let row = 0; row < rows; row++) {
      const ids = idsOf(source).slice(row * length, (row + 1) * length);
      const shown = ids.filter((id) => id !== config.padId);
      expect(shown.indexOf(config.endId)).toBe(shown.length - 1);
      expect(shown).toContain(sentinels[0]);
    }
    expect([...idsOf(labels)]).toContain(sentinels[0]);
  });

  it('draws the same batch for the same random numbers, of both kinds over the steps', () => {
    const { at } = pretrainBatches(data, config, 10);
    const shapes = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const batch = at(1, seededRandom(seed).next);
      const again = at(9, seededRandom(seed).next);
      for (const name of ['source', 'labels'])
        expect(again[name]?.data.join()).toBe(batch[name]?.data.join());
      shapes.add(`${batch.source?.shape}`);
    }
    expect([...shapes].sort()).toEqual(['24,64', '48,32']);
  });

  it('answers each drawn text with its own label', () => {
    const only = samples.slice(0, 1);
    const { labels } = sampleBatch({ ...data, samples: only }, config, seededRandom(1).next);
    const { target } = samplePair(tokenizer, only[0] as (typeof samples)[0], 32);
    expect([...idsOf(labels).slice(0, target.length)]).toEqual(target);
  });
});

describe('the first word embeddings', () => {
  it('are the vectors where there are any, and stay random elsewhere', () => {
    const weights = initialT5(config, 1);
    const vectors = new Float32Array(config.vocabulary * config.width);
    vectors.fill(2, 5 * config.width, 6 * config.width);
    const started = startFromWords(weights, vectors).get(EMBEDDING)?.data as Float32Array;
    const random = weights.get(EMBEDDING)?.data as Float32Array;
    expect(started.slice(5 * config.width, 6 * config.width)).toEqual(
      new Float32Array(config.width).fill(2),
    );
    expect(started.slice(0, 5 * config.width)).toEqual(random.slice(0, 5 * config.width));
    expect(started.slice(6 * config.width)).toEqual(random.slice(6 * config.width));
  });
});
