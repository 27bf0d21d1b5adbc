import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createContext, type RunContext } from '../../../../src/ml/run/context.ts';
import type { CurvePoint, Metrics } from '../../../../src/ml/run/messages.ts';
import type { TrainingRow } from '../../../../src/ml/run/spec.ts';
import { runGenerate } from '../../../../src/ml/t5/run/generate.ts';
import { loadGenerator } from '../../../../src/ml/t5/run/generator.ts';
import { readT5Manifest } from '../../../../src/ml/t5/run/manifest.ts';
import { quick, rows, spec, writeBase } from './world.ts';

let base: string;
beforeAll(async () => {
  base = await writeBase();
});
afterAll(() => rm(base, { recursive: true, force: true }));

function contextOf(curve: CurvePoint[] = []): RunContext {
  return createContext({
    engine: 'onnx',
    threads: 1,
    elapsed: () => 0,
    report: (message) => {
      if (message.type === 'curve') curve.push(...message.points);
    },
  });
}
const noFiles = () => Promise.resolve([]);

describe('a run that teaches to answer', () => {
  it('learns a label set as text, beats no baseline that is perfect, and serves what it learnt', async () => {
    const curve: CurvePoint[] = [];
    const folder = join(base, 'labels');
    const data = rows(600, 1);
    const own = spec(base, quick);
    const result = await runGenerate(contextOf(curve), own, data, noFiles, folder);
    expect(result.metrics.accuracy).toBeGreaterThan(0.95);
    expect(result.rows).toEqual({ train: 360, validation: 120, test: 120 });
    expect(result.decidedBy).toBe('accuracy');
    expect(Object.keys(result.baselines).sort()).toEqual(['majority', 'tfidf-linear']);
    const held = curve.filter(({ split }) => split === 'validation').map(({ value }) => value);
    expect(held).toHaveLength(4);
    expect(held[3]).toBeLessThan(held[0] as number);

    const generator = await loadGenerator(folder, { threads: 1 });
    const texts = ['bought luxury watch', 'bought cheap soap', 'bought the coat'];
    const answers = await generator.answer(texts);
    expect(answers.map(({ value }) => value)).toEqual(['high', 'low', 'middle']);
    for (const { confidence } of answers) expect(confidence).toBeGreaterThan(0.8);
    await generator.close();
  });

  it('says unknown where labels are a coin toss', async () => {
    const folder = join(base, 'coins');
    const coin = rows(300, 2).map(
      (row, i): TrainingRow => ({
        ...row,
        label: i % 7 < 3 ? 'low' : i % 7 < 5 ? 'middle' : 'high',
      }),
    );
    const own = spec(base, { ...quick, epochs: 1, targetPrecision: 0.9 });
    const result = await runGenerate(contextOf(), { ...own, shots: 30 }, coin, noFiles, folder);
    const given = result.metrics.given as Metrics;
    expect(given.coverage).toBeLessThan(0.2);
    const generator = await loadGenerator(folder, { threads: 1 });
    const [answer] = await generator.answer(['bought soap']);
    expect(answer?.value).toBeNull();
    expect(['low', 'middle', 'high']).toContain(answer?.likeliest);
    await generator.close();
  });

  it('is stacked with the linear model of the same words where that knows more, in each task', async () => {
    const folder = join(base, 'stacked');
    const data = rows(600, 8);
    const thing = ({ text = '' }: TrainingRow) => text.split(' ').at(-1) as string;
    const things = data.map((row) => ({ ...row, label: thing(row) }));
    const task = { name: 'thing', labels: ['coat', 'soap', 'watch'], rows: 'things.jsonl' };
    // One that has learnt nothing: whatever is right comes from the words.
    const own = { ...quick, epochs: 1, learningRate: 1e-7, tasks: [task] };
    const files = () => Promise.resolve(things);
    const { metrics, winner } = await runGenerate(
      ...[contextOf(), spec(base, own), data, files, folder],
    );
    expect((metrics.alone as Metrics).accuracy).toBeLessThan(0.7);
    expect(metrics).toMatchObject({ accuracy: 1, choice: { chosen: 'stack' } });
    expect(metrics.tasks).toMatchObject({ thing: { accuracy: 1 } });
    // What is no better than the baseline is not preferred to it.
    expect(winner).toBe('tfidf-linear');

    const generator = await loadGenerator(folder, { threads: 1 });
    const [answers = []] = await generator.answerAll(['bought gold soap']);
    expect(answers.map(({ value }) => value)).toEqual(['high', 'soap']);
    await generator.close();
    await rm(join(folder, 'baseline.1.json'));
    await expect(loadGenerator(folder, { threads: 1 })).rejects.toThrow(/baseline\.1\.json/);
  });

  it('answers alone where that is asked for', async () => {
    const data = rows(600, 9);
    const alone = await runGenerate(
      ...[contextOf(), spec(base, { ...quick, stack: false }), data, noFiles, join(base, 'alone')],
    );
    expect(alone.metrics).not.toHaveProperty('alone');
    expect((await readT5Manifest(join(base, 'alone'))).stack).toBeUndefined();
  });

  it('learns lists of labels, which always parse', async () => {
    const folder = join(base, 'lists');
    const lists = rows(450, 3).map((row): TrainingRow => {
      const gold = /gold|luxury/.test(row.text ?? '');
      const label = [...(gold ? ['high'] : []), ...(/coat/.test(row.text ?? '') ? ['low'] : [])];
      return { ...row, label };
    });
    const own = spec(base, quick);
    const task = { ...own.task, labels: ['low', 'high'] };
    const result = await runGenerate(contextOf(), { ...own, task }, lists, noFiles, folder);
    expect(result.metrics.exactMatch).toBeGreaterThan(0.9);
    expect(result.metrics.microF1).toBeGreaterThan(0.9);
    const generator = await loadGenerator(folder, { threads: 1 });
    const texts = ['bought gold coat', 'bought the soap', 'zzz zzz zzz'];
    const answers = await generator.answer(texts);
    expect(answers.slice(0, 2).map(({ likeliest }) => likeliest)).toEqual([['low', 'high'], []]);
    for (const label of answers[2]?.likeliest ?? []) expect(['low', 'high']).toContain(label);
    await generator.close();
  });

  it('writes free text when there is no label set, and does without an unusable active version', async () => {
    const folder = join(base, 'free');
    const own = { ...spec(base, quick), active: join(base, 'nowhere') };
    const task = { ...own.task, labels: [] };
    const result = await runGenerate(contextOf(), { ...own, task }, rows(450, 4), noFiles, folder);
    expect(result.metrics.exactMatch).toBeGreaterThan(0.9);
    expect(result.winner).toBe('model');
    expect(result.baselines.active).toMatchObject({ unusable: expect.stringMatching(/nowhere/) });
  });

  it('refuses too little data and says how much there is', async () => {
    const run = runGenerate(contextOf(), spec(base, quick), rows(60, 1), noFiles, join(base, 'no'));
    await expect(run).rejects.toMatchObject({ code: 'INSUFFICIENT_DATA' });
    await expect(run).rejects.toThrow(/"low" has 20/);
  });

  it('names labels outside the set and hyper-parameters that do not exist', async () => {
    const wrong = rows(330, 1).map((row, i) => (i === 7 ? { ...row, label: 'huge' } : row));
    const run = runGenerate(contextOf(), spec(base, quick), wrong, noFiles, join(base, 'no'));
    await expect(run).rejects.toThrow(/"huge"/);
    const own = spec(base, { learnRate: 1 });
    await expect(runGenerate(contextOf(), own, wrong, noFiles, base)).rejects.toThrow(/learnRate/);
  });
});
