import { closeSync, fsyncSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Rejected } from './batches.ts';

/** The `.rejected` file: a line of JSON `{ record, reason, data }` for each record that is not in. */
export interface Rejects {
  readonly path: string;
  /** Appends and gives the file's new length; the lines are on the disk when it returns. */
  write(rejected: readonly Rejected[]): number;
  close(): void;
}

/** Opens it cut to `length`: what an import that broke off had written behind its checkpoint is redone. */
export function openRejects(path: string, length: number): Rejects {
  let fd: number | undefined;
  let end = length;
  if (length === 0) rmSync(path, { force: true });
  const open = () => {
    const opened = openSync(path, length === 0 ? 'w' : 'r+');
    ftruncateSync(opened, length);
    return opened;
  };
  return {
    path,
    write: (rejected) => {
      if (rejected.length === 0) return end;
      fd ??= open();
      const text = rejected.map((each) => `${JSON.stringify(each)}\n`).join('');
      end += writeSync(fd, text, end);
      fsyncSync(fd);
      return end;
    },
    close: () => {
      if (fd !== undefined) closeSync(fd);
    },
  };
}
