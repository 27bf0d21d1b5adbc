import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { readBertConfig } from '../../../src/ml/bert/config.ts';
import { bertWeights } from '../../../src/ml/bert/parameters.ts';
import { createContext } from '../../../src/ml/run/context.ts';
import type { RunMessage, RunResult } from '../../../src/ml/run/messages.ts';
import { runTraining } from '../../../src/ml/run/run.ts';
import type { TrainingRow, TrainingSpec } from '../../../src/ml/run/spec.ts';
import { openServedModel } from '../../../src/ml/serve/served-model.ts';
import { readSafetensors } from '../../../src/ml/weights/safetensors.ts';
import {
  anyWord,
  keepRuns,
  rowsOf,
  sentenceWith,
  specOf,
  topicRows,
} from '../../helpers/training-runs.ts';

jest.setTimeout(240_000);

const runs = keepRuns();

const settings = { epochs: 6, batchSize: 16, learningRate: 3e-3, headRate: 1, layerDecay: 1 };

interface Done {
  readonly folder: string;
  readonly result: RunResult;
  readonly messages: RunMessage[];
}

async function run(
  changes: Partial<TrainingSpec>,
  rows: readonly TrainingRow[],
  files: Record<string, readonly TrainingRow[]> = {},
): Promise<Done> {
  const spec = specOf(runs.base, { hyperparameters: settings, ...changes });
  const folder = await runs.add(spec, rows);
  for (const [name, own] of Object.entries(files))
    await writeFile(join(folder, name), own.map((row) => JSON.stringify(row)).join('\n'));
  const messages: RunMessage[] = [];
  const context = createContext({
    ...{ engine: 'onnx', threads: 1, folder, elapsed: () => 0 },
    report: (message) => messages.push(message),
  });
  return { folder, result: await runTraining(context, folder), messages };
}

describe('a run learns', () => {
  it('sets of labels', async () => {
    const labels = ['refund', 'parcel', 'account'];
    const rows = rowsOf(600, (random) => {
      const own = labels.filter(() => random() < 0.5);
      return {
        text: own.reduce((text, word) => `${text} ${word}`, sentenceWith(random, 'old')),
        label: own,
      };
    });
    const task = { kind: 'MULTI_LABEL' as const, labels, name: 'interests' };
    const { result } = await run({ task }, rows);
    expect(result.decidedBy).toBe('macroF1');
    expect(result.metrics.macroF1).toBeGreaterThan(0.9);
  });

  it('values from features alone, and serves them in their own unit', async () => {
    const rows = rowsOf(800, (random) => {
      const spend = random() < 0.1 ? null : Math.round(random() * 1000);
      const city = random() < 0.5 ? 'Rome' : 'Wuhan';
      const value = 3 * (spend ?? 500) + (city === 'Rome' ? 500 : 0);
      return { features: [spend, city, random()], label: value };
    });
    const features = [
      { name: 'spend', kind: 'number' as const },
      { name: 'city', kind: 'category' as const },
      { name: 'noise', kind: 'number' as const },
    ];
    const task = { kind: 'REGRESS' as const, labels: [], name: 'value' };
    const hyperparameters = { ...settings, epochs: 30, patience: 0, fusionWidth: 32 };
    const { result, folder } = await run({ task, text: 'NONE', features, hyperparameters }, rows);
    expect(Object.keys(result.baselines)).toEqual(['linear', 'boosted-trees']);
    expect(result.metrics.r2).toBeGreaterThan(0.9);
    const served = await openServedModel(join(folder, 'model'), { threads: 1 });
    const [low, high] = await served.predict(
      [
        { id: 'a', group: 'a', at: '2026-01-01T00:00:00Z', features: [100, 'Wuhan', 0.5] },
        { id: 'b', group: 'b', at: '2026-01-01T00:00:00Z', features: [900, 'Rome', 0.5] },
      ],
      0,
    );
    expect(Math.abs((low?.value as number) - 300)).toBeLessThan(400);
    expect(Math.abs((high?.value as number) - 3200)).toBeLessThan(400);
    await served.close();
  });

  it('classes from text and features together', async () => {
    const rows = rowsOf(800, (random) => {
      const [word, spend] = [random() < 0.5 ? 'refund' : 'parcel', random() * 100];
      return {
        ...{ text: sentenceWith(random, word), features: [spend] },
        label: word === 'refund' && spend > 40 ? 'stays' : 'leaves',
      };
    });
    const task = { kind: 'CLASSIFY' as const, labels: ['leaves', 'stays'], name: 'churn' };
    const features = [{ name: 'spend', kind: 'number' as const }];
    const hyperparameters = { ...settings, epochs: 10, fusionWidth: 32 };
    const { result } = await run({ task, features, hyperparameters }, rows);
    expect(Object.keys(result.baselines)).toEqual(['tfidf-linear', 'linear', 'boosted-trees']);
    expect(result.decidedBy).toBe('rocAuc');
    expect(result.metrics.rocAuc).toBeGreaterThan(0.97);
  });

  it('tags of words and Han characters', async () => {
    const rows = rowsOf(500, (random) => {
      const words = Array.from({ length: 6 }, () => (random() < 0.3 ? 'refund' : 'old'));
      const text = words.join(' ') + (random() < 0.5 ? ' 好坏' : '');
      const han = text.endsWith('坏') ? ['B-MOOD', 'I-MOOD'] : [];
      return { text, label: [...words.map((word) => (word === 'refund' ? 'B-ASK' : 'O')), ...han] };
    });
    const labels = ['O', 'B-ASK', 'B-MOOD', 'I-MOOD'];
    const { result } = await run({ task: { kind: 'SEQUENCE', labels, name: 'asks' } }, rows);
    expect(result.metrics.entityF1).toBeGreaterThan(0.95);
  });

  it('vectors, from labels and without any', async () => {
    const task = { kind: 'EMBED' as const, labels: [], name: 'texts' };
    const labelled = await run({ task }, topicRows(400));
    expect(labelled.result.metrics.recallAt1).toBeGreaterThan(0.9);
    // Both halves of a text say the same two words.
    const plain = rowsOf(400, (random) => {
      const two = Array.from({ length: 2 }, () => anyWord(random));
      return { text: Array(5).fill(two.join(' ')).join(' '), label: null };
    });
    const alone = await run({ task, hyperparameters: { ...settings, epochs: 2 } }, plain);
    expect(alone.result.metrics.recallAt1).toBeGreaterThan(0.5);
    const served = await openServedModel(join(labelled.folder, 'model'), { threads: 1 });
    expect((await served.embed(['old refund', 'new refund'])).length).toBe(64);
    await served.close();
  });

  it('to fill in words; what comes out is a base for other runs', async () => {
    const rows = rowsOf(300, (random) => {
      const word = random() < 0.5 ? 'red' : 'blue';
      return { text: Array(8).fill(word).join(' '), label: null };
    });
    const task = { kind: 'PRETRAIN' as const, labels: [], name: 'texts' };
    const { result, folder } = await run(
      { task, hyperparameters: { ...settings, epochs: 15 } },
      rows,
    );
    expect(result.winner).toBe('model');
    expect(result.metrics.loss).toBeLessThan(0.5);
    const model = join(folder, 'model');
    const file = await readSafetensors(join(model, 'model.safetensors'));
    expect(bertWeights(await readBertConfig(model), file).size).toBeGreaterThan(30);
    const next = await run({ base: model }, topicRows(600));
    expect(next.result.metrics.accuracy).toBeGreaterThan(0.9);
  });
});

const manifestOf = async ({ folder }: Done) =>
  JSON.parse(await readFile(join(folder, 'model', 'cameo.json'), 'utf8'));

describe('a run may', () => {
  const accuracy = ({ result }: Done) => result.metrics.accuracy as number;

  it('train few weights: low-rank updates, frozen layers', async () => {
    const lora = { rank: 4, alpha: 8 };
    const low = await run({ hyperparameters: { ...settings, epochs: 12, lora } }, topicRows(600));
    const weights = await readSafetensors(join(low.folder, 'model', 'model.safetensors'));
    const before = await readSafetensors(join(runs.base, 'model.safetensors'));
    const changed = [...before].filter(([name, { data }]) =>
      data.some((value, i) => value !== weights.get(name)?.data[i]),
    );
    expect(changed.every(([name]) => /self\.(query|value)\.weight/.test(name))).toBe(true);
    expect(changed).toHaveLength(4);
    const frozen = await run(
      { hyperparameters: { ...settings, epochs: 1, freezeLayers: 1 } },
      topicRows(600),
    );
    const after = await readSafetensors(join(frozen.folder, 'model', 'model.safetensors'));
    const still = [...before].filter(([name, { data }]) =>
      data.every((value, i) => value === after.get(name)?.data[i]),
    );
    expect(still.map(([name]) => name).every((name) => /^embeddings|layer\.0/.test(name))).toBe(
      true,
    );
    expect(still.length).toBeGreaterThan(16);
  });

  it('use everything at once: adversary, augmentation, accumulation, smoothing, weights', async () => {
    const hyperparameters = {
      ...{ ...settings, adversarial: 0.5, accumulate: 2, labelSmoothing: 0.05, batchSize: 8 },
      ...{ augment: { tokenDropout: 0.05, spanSwap: 0.2 }, classWeights: 'balanced', epochs: 8 },
    };
    const done = await run({ hyperparameters }, topicRows(600));
    expect(accuracy(done)).toBeGreaterThan(0.9);
    // Both tell the topics apart without fault: nothing speaks against the stack.
    expect(done.result.metrics.choice).toMatchObject({
      chosen: 'stack',
      standings: [{ name: 'stack' }, { name: 'model' }],
    });
    expect(await manifestOf(done)).toHaveProperty('stack');
  });

  it('choose its settings, check itself on folds, bag seeds and stack with the baseline', async () => {
    const hyperparameters = {
      ...{ ...settings, epochs: 4, folds: 2, foldsBy: 'group', bag: 2, stack: true },
      search: { learningRate: [1e-7, 3e-3] },
    };
    const { result, folder } = await run({ hyperparameters }, topicRows(600));
    expect(result.hyperparameters.learningRate).toBe(3e-3);
    expect(result.metrics.search).toHaveLength(3);
    expect(result.metrics.folds).toMatchObject({
      scores: [expect.any(Number), expect.any(Number)],
    });
    expect(result.metrics.alone).toMatchObject({ accuracy: expect.any(Number) });
    const served = await openServedModel(join(folder, 'model'), { threads: 1 });
    const test = topicRows(600).slice(480);
    const predictions = await served.predict(test, 1);
    const hits = predictions.filter(({ value }, i) => value === test[i]?.label).length;
    expect(hits / test.length).toBeCloseTo(result.metrics.accuracy as number, 2);
    await served.close();
  });

  it('be taught, start from a version, adapt to its texts, learn beside other heads, and be judged with the active version', async () => {
    const teacher = await run({}, topicRows(600));
    const folder = join(teacher.folder, 'model');
    const distill = { teacher: folder, temperature: 2, weight: 0.7 };
    const side = rowsOf(200, (random, row) => {
      const label = row % 2 ? '好' : '坏';
      return { text: sentenceWith(random, label), label };
    });
    const tasks = [{ name: 'mood', kind: 'CLASSIFY', labels: ['好', '坏'], rows: 'mood.jsonl' }];
    const hyperparameters = { ...settings, distill, tasks, domainAdaptSteps: 5 };
    const taught = await run({ hyperparameters, active: folder }, topicRows(600), {
      'mood.jsonl': side,
    });
    expect(accuracy(taught)).toBeGreaterThan(0.9);
    expect(taught.result.baselines.active).toMatchObject({
      accuracy: expect.closeTo(accuracy(teacher), 5),
    });
    const further = await run(
      { base: folder, hyperparameters: { ...settings, epochs: 1, learningRate: 1e-6 } },
      topicRows(600),
    );
    expect(accuracy(further)).toBeCloseTo(accuracy(teacher), 1);
    expect(await manifestOf(taught)).toMatchObject({
      task: { kind: 'CLASSIFY' },
      members: 1,
      maxLength: 32,
    });
  });
});
