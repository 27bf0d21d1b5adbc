import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What a script writes that gets a module of the prototype, as a URL, and a folder to write to: in a
 * process of its own, as the prototype has a TensorFlow.js of its own.
 * @param read the folder goes when this returns
 */
export function writtenBy<Result>(
  script: string,
  module: string,
  read: (folder: string) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), 'cameo-prototype-'));
  try {
    const all = ['--input-type=module', '-e', script, pathToFileURL(module).href, folder];
    execFileSync(process.execPath, all, { stdio: ['ignore', 'ignore', 'inherit'] });
    return read(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
