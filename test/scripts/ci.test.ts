import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const all = {
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
};

let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'cameo-ci-'));
  cpSync(join(root, '.ci'), join(checkout, '.ci'), { recursive: true });
});

afterEach(() => rmSync(checkout, { recursive: true }));

describe('.ci/run', () => {
  it('ends on what Jest counted, and succeeds when nothing failed', () => {
    expect(run({ jest: { ...all, numPassedTests: 12 } })).toEqual({
      status: 0,
      last: '12 passed, 0 failed',
      ran: ['test', 'run check -- --no-tests'],
    });
  });

  it('counts what was skipped, and files that could not run as failures', () => {
    const jest = {
      ...{ numPassedTests: 5, numFailedTests: 2, numRuntimeErrorTestSuites: 1 },
      ...{ numPendingTests: 3, numTodoTests: 1 },
    };
    expect(run({ jest, test: 1 })).toMatchObject({
      status: 1,
      last: '5 passed, 3 failed, 4 skipped',
    });
  });

  it('fails when a check other than a test fails', () => {
    expect(run({ jest: { ...all, numPassedTests: 12 }, check: 1 })).toMatchObject({
      status: 1,
      last: '12 passed, 0 failed',
    });
  });

  it('fails when Jest leaves no counts', () => {
    expect(run({ test: 1 })).toMatchObject({ status: 1, last: '0 passed, 1 failed' });
  });
});

/** Runs it with a stand-in for npm that leaves the counts of `jest` and exits as told. */
function run({ jest, test = 0, check = 0 }: { jest?: object; test?: number; check?: number }) {
  const counts = jest ? `echo '${JSON.stringify(jest)}' >"\${4#--outputFile=}"` : 'true';
  const npm = `#!/bin/sh
    echo "npm $*"
    case "$1" in
      test) ${counts}; exit ${test} ;;
      run) exit ${check} ;;
    esac`;
  const bin = join(checkout, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'npm'), npm);
  chmodSync(join(bin, 'npm'), 0o755);
  const { status, stdout } = spawnSync(join(checkout, '.ci/run'), {
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}` },
  });
  const lines = stdout.trim().split('\n');
  const ran = lines.flatMap((line) => /^npm (run.*|test)/.exec(line)?.[1] ?? []);
  return { status, last: lines.at(-1), ran };
}
