import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadBase } from '../../../src/ml/run/base.ts';
import { createContext } from '../../../src/ml/run/context.ts';
import { withOwnVocabulary } from '../../../src/ml/run/own-vocabulary.ts';
import { runTraining } from '../../../src/ml/run/run.ts';
import type { TrainingRow, TrainingSpec } from '../../../src/ml/run/spec.ts';
import {
  keepRuns,
  rowsOf,
  sentenceWith,
  specOf,
  tinyBaseConfig,
  topicRows,
} from '../../helpers/training-runs.ts';

const runs = keepRuns();
const WORDS = 'embeddings.word_embeddings.weight';
const width = tinyBaseConfig.hidden_size;

/** Texts of a shop in two languages, with words that the base does not know. */
const texts = Array.from({ length: 40 }, (_, i) =>
  i % 2 ? 'chargeback of my refund' : '好坏 退款 refund chargebacks',
);

describe('a vocabulary of its own', () => {
  it('has the texts’ words, and carries the vectors of known tokens over', async () => {
    const base = await loadBase(runs.base);
    const { base: own } = withOwnVocabulary(base, texts, 200);
    const { encoder, tokenizer, config } = own;
    expect(tokenizer.vocabularySize).toBe(config.vocab_size);
    const spelled = (text: string) =>
      [...tokenizer.encode(text, { maxLength: 32 })]
        .slice(1, -1)
        .map((id) => tokenizer.tokenOf(id));
    expect(spelled('Chargeback refund 退款')).toEqual(['chargeback', 'refund', '退', '款']);
    const vectorOf = ({ encoder: from, tokenizer: by }: typeof base, text: string) => {
      const [, id = 0] = by.encode(text, { maxLength: 8 });
      return [...(from.get(WORDS)?.data ?? []).slice(id * width, (id + 1) * width)];
    };
    for (const token of ['refund', '好', '坏'])
      expect(vectorOf({ ...own, encoder, tokenizer }, token)).toEqual(vectorOf(base, token));
    for (const token of ['pad', 'cls', 'sep', 'mask', 'unk'] as const) {
      const at = (from: typeof base) => {
        const id = from.tokenizer.special[token] as number;
        return [...(from.encoder.get(WORDS)?.data.slice(id * width, (id + 1) * width) ?? [])];
      };
      expect(at(own)).toEqual(at(base));
    }
    // What the base reads as unknown starts in the middle of all it knows.
    const all = base.encoder.get(WORDS)?.data ?? new Float32Array(0);
    const mean = Array.from(
      { length: width },
      (_, i) =>
        all.reduce((sum, value, at) => sum + (at % width === i ? value : 0), 0) /
        tinyBaseConfig.vocab_size,
    );
    vectorOf(own, '退').forEach((value, i) => {
      expect(value).toBeCloseTo(mean[i] as number, 6);
    });
  });

  it('starts a new token as the mean of the pieces that it was', async () => {
    const { base: pieces } = withOwnVocabulary(await loadBase(runs.base), ['aab ab', 'aab ab'], 8);
    const { base: whole } = withOwnVocabulary(pieces, Array(9).fill('aab ab'), 60);
    const row = ({ encoder, tokenizer }: typeof pieces, text: string, at: number) => {
      const id = tokenizer.encode(text, { maxLength: 16 })[at] ?? 0;
      return [...(encoder.get(WORDS)?.data.slice(id * width, (id + 1) * width) ?? [])];
    };
    const before = pieces.tokenizer.encode('aab', { maxLength: 16 });
    const known = [...before].slice(1, -1).filter((id) => id !== pieces.tokenizer.special.unk);
    expect(whole.tokenizer.encode('aab', { maxLength: 16 })).toHaveLength(3);
    const data = pieces.encoder.get(WORDS)?.data ?? new Float32Array(0);
    row(whole, 'aab', 1).forEach((value, i) => {
      const parts = known.map((id) => data[id * width + i] ?? 0);
      const expected = known.length
        ? parts.reduce((a, b) => a + b, 0) / parts.length
        : [...data].filter((_, at) => at % width === i).reduce((a, b) => a + b, 0) /
          pieces.config.vocab_size;
      expect(value).toBeCloseTo(expected, 6);
    });
  });

  async function run(spec: Partial<TrainingSpec>, rows: readonly TrainingRow[]) {
    const folder = await runs.add(specOf(runs.base, spec), rows);
    const context = createContext({
      ...{ engine: 'onnx', threads: 1, folder, elapsed: () => 0, report: () => {} },
    });
    return { result: await runTraining(context, folder), model: join(folder, 'model') };
  }
  const hyperparameters = { epochs: 4, batchSize: 16, learningRate: 3e-3, headRate: 1 };

  it('is learnt with in pre-training, and what comes out is a base for other runs', async () => {
    const rows = rowsOf(200, (random, row) => ({
      text: sentenceWith(random, row % 2 ? 'chargeback' : '退款'),
      label: null,
    }));
    const { result, model } = await run(
      {
        task: { kind: 'PRETRAIN', labels: [], name: 'texts' },
        hyperparameters: { ...hyperparameters, vocabulary: { size: 120 } },
      },
      rows,
    );
    expect(result.winner).toBe('model');
    const config = JSON.parse(await readFile(join(model, 'config.json'), 'utf8'));
    const base = await loadBase(model);
    expect(config.vocab_size).toBe(base.tokenizer.vocabularySize);
    expect(config.vocab_size).toBeLessThanOrEqual(120);
    const next = await run(
      { base: model, hyperparameters: { ...hyperparameters, epochs: 8 } },
      topicRows(330),
    );
    expect(next.result.rows.train).toBe(198);
    expect(next.result.metrics.accuracy).toBeGreaterThan(0.6);
  }, 600_000);

  it('is of pre-training alone', async () => {
    await expect(
      run({ hyperparameters: { ...hyperparameters, vocabulary: { size: 120 } } }, topicRows(330)),
    ).rejects.toThrow(/"vocabulary" is of PRETRAIN/);
  });
});
