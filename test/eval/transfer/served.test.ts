import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { evaluateServed } from '../../../eval/transfer/served.ts';
import { loadServed, servedSection } from '../../../eval/transfer/served-results.ts';
import { writeBase } from '../../ml/t5/run/world.ts';
import { pair, recipe } from './world.ts';

describe('versions as they are served', () => {
  let folder: string;
  let base: string;
  const lines: string[] = [];
  const evaluate = (seeds: readonly number[]) =>
    evaluateServed(
      { pair, recipe, base, folder, data: pair.open(''), threads: 1, key: 'k' },
      folder,
      { shots: [5], seeds },
      (line) => lines.push(line),
    );
  beforeAll(async () => {
    [folder, base] = [await mkdtemp(join(tmpdir(), 'cameo-served-')), await writeBase()];
    await evaluate([1]);
  }, 300_000);
  afterAll(() => Promise.all([folder, base].map((own) => rm(own, { recursive: true }))));

  it('are judged beside linear models of one domain and of both', () => {
    expect(loadServed('tiny', folder)).toMatchObject({ decidedBy: 'accuracy', key: 'k' });
    const [record] = loadServed('tiny', folder)?.records ?? [];
    // The source shows each word that tells: what is no better than a linear model has not won.
    const told = { version: 1, both: 1, won: false };
    expect(record).toMatchObject({ shots: 5, seed: 1, linear: expect.any(Number), ...told });
    expect(lines[0]).toMatch(/^tiny, as served, 5 labels a class, seed 1: version /);
  });

  it('are made once, from a version of the source that is made once', async () => {
    lines.length = 0;
    await evaluate([1, 2]);
    expect(lines).toHaveLength(1);
    expect(loadServed('tiny', folder)?.records.map(({ seed }) => seed)).toEqual([1, 2]);
    expect((await readdir(folder)).sort()).toEqual([
      ...['served-tiny.json', 'tiny-served', 'tiny-version-k'],
    ]);
  }, 300_000);

  it('are a table of the page, where there are any', () => {
    const served = loadServed('tiny', folder);
    const section = served ? servedSection([{ title: 'Two shops', served }]) : '';
    expect(section).toMatch(/\| Two shops \(accuracy\) \| 5 \| [\d.]+ ± [\d.]+ \|.*\| 0 of 2 \|/);
    expect(servedSection([])).toBe('');
  });
});
