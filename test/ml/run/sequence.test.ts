import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createContext } from '../../../src/ml/run/context.ts';
import { runTraining } from '../../../src/ml/run/run.ts';
import type { TrainingRow, TrainingSpec } from '../../../src/ml/run/spec.ts';
import type { TaggedSpan } from '../../../src/ml/serve/served.ts';
import { openServedModel } from '../../../src/ml/serve/served-model.ts';
import { anyWord, keepRuns, rowsOf, specOf } from '../../helpers/training-runs.ts';

const runs = keepRuns();

async function run(spec: Partial<TrainingSpec>, rows: readonly TrainingRow[]) {
  const folder = await runs.add(specOf(runs.base, spec), rows);
  const context = createContext({
    ...{ engine: 'onnx', threads: 1, folder, elapsed: () => 0, report: () => {} },
  });
  return { result: await runTraining(context, folder), model: join(folder, 'model') };
}

/** "old refund" is one thing that is asked for; 好坏 is a mood, and so is 快 by itself. */
const asks = (count: number) =>
  rowsOf(count, (random, row) => {
    const before = Array.from({ length: 3 }, () => anyWord(random)).join(' ');
    const start = `${before}, `;
    const han = row % 3 === 0 ? '好坏' : row % 3 === 1 ? '快' : '';
    const text = `${start}old refund ${anyWord(random)} ${han}`;
    const label = [`${start.length}:${start.length + 10}:ASK`];
    if (han) label.push(`${text.length - han.length}:${text.length}:MOOD`);
    return { text, label };
  });

const task = { kind: 'SEQUENCE' as const, labels: ['ASK', 'MOOD'], name: 'asks' };
const read = (text: string) => ({ id: 'x', group: 'x', at: '2026-01-01T00:00:00Z', text });

describe('a run on spans', () => {
  it('learns them beside a simple tagger, and is served with places and confidence', async () => {
    const { result, model } = await run({ task }, asks(330));
    expect(result.decidedBy).toBe('entityF1');
    expect(result.metrics.entityF1).toBeGreaterThan(0.9);
    // The words tell nearly all here: the simple tagger is as good, and the API says so.
    expect(result.baselines['majority-tags']).toMatchObject({ entityF1: expect.any(Number) });
    // In eight bits, which gave nearly the same for each token.
    expect(existsSync(join(model, 'model.int8.onnx'))).toBe(true);
    const served = await openServedModel(model, { threads: 1 });
    const text = 'blue warm red, old refund green 好坏';
    const [first, none, beyond] = await served.predict(
      [read(text), read(''), read(`${'red '.repeat(60)}, old refund red 好坏`)],
      5,
    );
    expect(first?.value).toEqual([
      { start: 15, end: 25, label: 'ASK', text: 'old refund', confidence: expect.any(Number) },
      { start: 32, end: 34, label: 'MOOD', text: '好坏', confidence: expect.any(Number) },
    ]);
    const sure = ((first?.value ?? []) as readonly TaggedSpan[]).map(
      ({ confidence }) => confidence,
    );
    expect(first?.probability).toBe(Math.min(...sure));
    for (const confidence of sure) {
      expect(confidence).toBeGreaterThan(0.5);
      expect(confidence).toBeLessThanOrEqual(1);
    }
    expect(none).toMatchObject({ value: [], probability: null, uncertainty: 0 });
    // The base reads 32 tokens: what comes after them is not found, and not made up.
    expect(beyond?.value).toEqual([]);
    await served.close();
  }, 600_000);

  it('refuses a class of few texts, and a row whose label is no span', async () => {
    const few = asks(150);
    await expect(run({ task }, few.slice(0, 120))).rejects.toThrow(/"MOOD" has 80/);
    const bad = few.map((row, i) => (i === 3 ? { ...row, label: ['B-ASK'] } : row));
    await expect(run({ task }, bad)).rejects.toThrow(/Row r3 needs spans/);
  });

  it('compares vectors of pairs with those of TF-IDF', async () => {
    const pairs = rowsOf(120, (random) => {
      const two = `${anyWord(random)} ${anyWord(random)}`;
      return { text: `${two} refund`, label: `parcel ${two} ${Math.floor(random() * 1e9)}` };
    });
    const embed = { kind: 'EMBED' as const, labels: [], name: 'texts' };
    const hyperparameters = { epochs: 1, batchSize: 16 };
    const { result } = await run({ task: embed, hyperparameters }, pairs);
    expect(result.decidedBy).toBe('recallAt1');
    expect(result.rows.test).toBe(48);
    expect(result.baselines['tfidf-cosine']).toMatchObject({
      rows: 48,
      recallAt1: expect.any(Number),
    });
    expect(result.baselines['tfidf-cosine']?.recallAt1).toBeGreaterThan(0.3);
  }, 600_000);
});
