import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { loadJson, saveJson } from '../../eval/json-file.ts';

it('keeps results as they are, to six digits, with a row of numbers on one line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cameo-results-'));
  const path = join(folder, 'set', 'one.json');
  saveJson(path, { text: '[1, 2]', rows: [[1, -2.5e-9], [1 / 3]], names: ['a'], none: [] });
  const written = await readFile(path, 'utf8');
  const loaded = loadJson(path);
  await rm(folder, { recursive: true });
  expect(JSON.parse(written)).toEqual({
    ...{ text: '[1, 2]', rows: [[1, -2.5e-9], [0.333333]], names: ['a'], none: [] },
  });
  expect(loaded).toEqual(JSON.parse(written));
  expect(loadJson(path)).toBeUndefined();
  expect(written).toContain('\n  [1,-2.5e-9],\n');
});
