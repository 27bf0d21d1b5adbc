import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { evaluatePair } from '../../../eval/transfer/evaluate.ts';
import { loadResults, type PairResults, saveResults } from '../../../eval/transfer/kept.ts';
import { changed } from '../../../eval/transfer/recipe.ts';
import type { Stages } from '../../../eval/transfer/stages.ts';
import { openWorkshop, type Workshop } from '../../../eval/transfer/workshop.ts';
import { loadT5Base } from '../../../src/ml/t5/run/base.ts';
import { writeBase } from '../../ml/t5/run/world.ts';
import { pair, recipe } from './world.ts';

describe('the evaluation of transfer', () => {
  const lines: string[] = [];
  let folder: string;
  let base: string;
  let workshop: Workshop;
  let stages: Stages;
  const empty: PairResults = {
    ...{ pair: 'tiny', key: 'k', base: 'b', measured: 'today', rows: {}, recipe: {}, records: [] },
  };
  const limits = { shots: [5], seeds: [1] };
  const evaluate = (before: PairResults) =>
    evaluatePair(stages, before, (results) => saveResults(results, folder), limits);

  beforeAll(async () => {
    [folder, base] = [await mkdtemp(join(tmpdir(), 'cameo-transfer-')), await writeBase()];
    workshop = openWorkshop(await loadT5Base(base), 1);
    const log = (line: string) => lines.push(line);
    stages = { workshop, pair, recipe, folder, log, key: 'k', data: pair.open('') };
    await evaluate(empty);
  }, 300_000);

  afterAll(async () => {
    await workshop.close();
    for (const own of [folder, base]) await rm(own, { recursive: true });
  });

  it('judges every arm, those without target labels at none', () => {
    const records = loadResults('tiny', folder)?.records ?? [];
    expect(Object.fromEntries(records.map(({ arm, shots }) => [arm, shots]))).toEqual({
      'TF-IDF of the target': 5,
      'TF-IDF of the source': 0,
      'TF-IDF of both': 5,
      'the base as it is': 0,
      'source only': 0,
      'target only': 5,
      'target only, once more': 5,
      'two of the target only together': 5,
      transfer: 5,
      'source, target and transfer together': 5,
      'target and transfer together': 5,
      'transfer, pre-trained in the domain': 5,
    });
  });

  it('carries over what the source has taught', () => {
    const records = loadResults('tiny', folder)?.records ?? [];
    const scoreOf = (name: string) =>
      records.find(({ arm }) => arm === name) ?? { score: 0, sourceScore: 0 };
    expect(scoreOf('source only').score).toBeGreaterThan(0.9);
    expect(scoreOf('transfer').score).toBeGreaterThan(0.9);
    expect(scoreOf('transfer').sourceScore).toBeGreaterThan(0.9);
    expect(scoreOf('target only').score).toBeLessThan(0.9);
  });

  it('goes on where it stopped, and trains no source model twice', async () => {
    const whole = loadResults('tiny', folder) as PairResults;
    const models = (await readdir(folder)).filter((name) => name.endsWith('.safetensors'));
    expect(models).toHaveLength(3);
    lines.length = 0;
    await evaluate(whole);
    expect(lines).toEqual([]);
    await rm(join(folder, 'scores'), { recursive: true });
    const mixed = ['source, target and transfer together', 'target and transfer together'];
    const lost = ['transfer', ...mixed];
    const without = whole.records.filter(({ arm }) => !lost.includes(arm));
    await evaluate({ ...whole, records: without });
    // The model again, and the mixtures that it is a part of.
    expect(lines).toHaveLength(3);
    // The same figures: they depend on seed and rows, not on what the machine did before.
    const timeless = (records: PairResults['records'] = []) =>
      new Map(records.map(({ seconds: _, ...record }) => [record.arm, record]));
    const again = loadResults('tiny', folder)?.records;
    expect(again).toHaveLength(whole.records.length);
    expect(timeless(again)).toEqual(timeless(whole.records));
  }, 300_000);

  it('makes no model again that another recipe leaves as it was', async () => {
    const kept = () => readdir(join(folder, 'scores'));
    await evaluatePair(stages, empty, () => {}, limits);
    const before = (await kept()).length;
    const other = changed(recipe, { transfer: { by: { 5: { steps: 4 } } } });
    await evaluatePair({ ...stages, recipe: other }, empty, () => {}, limits);
    // Transfer, with and without pre-training; not those of the source and of the target alone.
    expect((await kept()).length).toBe(before + 2);
  }, 300_000);
});
