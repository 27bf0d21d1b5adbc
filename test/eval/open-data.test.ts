import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { openData } from '../../eval/open-data.ts';

it('skips a set whose files are missing, and no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cameo-eval-'));
  const set = {
    title: 'a set',
    open: (from: string): unknown => JSON.parse(readFileSync(join(from, 'rows.json'), 'utf8')),
  };
  expect(openData(set, folder)).toBeUndefined();
  writeFileSync(join(folder, 'rows.json'), '[1, 2]');
  expect(openData(set, folder)).toEqual([1, 2]);
  writeFileSync(join(folder, 'rows.json'), '[1,');
  expect(() => openData(set, folder)).toThrow(SyntaxError);
  rmSync(folder, { recursive: true });
});
