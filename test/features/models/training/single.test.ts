import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { endProcess, noteProcess } from '../../../../src/features/models/training/single.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cameo-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the process that works in a folder', () => {
  it('is ended before another one starts there', async () => {
    const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const gone = once(orphan, 'exit');
    noteProcess(folder, orphan.pid);
    await endProcess(folder);
    expect((await gone)[1]).toBe('SIGKILL');
  });

  it('is let be when its number belongs to another one by now', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const gone = once(stranger, 'exit');
    const note = { pid: stranger.pid, started: 'another time' };
    writeFileSync(join(folder, 'process.json'), JSON.stringify(note));
    await endProcess(folder);
    stranger.kill('SIGTERM');
    expect((await gone)[1]).toBe('SIGTERM');
  });

  it('may be nobody, or be noted only half', async () => {
    await endProcess(folder);
    writeFileSync(join(folder, 'process.json'), '{"pid": 1');
    await expect(endProcess(folder)).resolves.toBeUndefined();
  });
});
