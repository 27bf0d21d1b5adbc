import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Lock = Record<string, { version: string; optionalDependencies?: Record<string, string> }>;

describe('package-lock.json', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Lock;
  };

  it('holds the optional packages of every platform, without which `npm ci` refuses it', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe('scripts/setup.mjs', () => {
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'cameo-setup-'));
    for (const path of ['scripts/setup.mjs', 'scripts/prisma/environment.mjs']) {
      cpSync(join(root, path), join(checkout, path));
    }
    write('package.json', { engines: { node: 'any' } });
    write('package-lock.json', lock('1.0.0'));
    write('prisma/schema.prisma', 'one');
    write('node_modules/@prisma/engines/package.json', {});
    // A generator that leaves its output and counts its runs, where the Prisma CLI would be.
    write(
      'node_modules/prisma/build/index.js',
      `const fs = require('node:fs');
       fs.mkdirSync('src/generated/prisma', { recursive: true });
       fs.writeFileSync('src/generated/prisma/client.ts', '');
       fs.appendFileSync('runs', process.argv[2] + ' ');`,
    );
  });

  afterEach(() => rmSync(checkout, { recursive: true }));

  it('installs when node_modules is missing or differs from the lockfile, and not else', () => {
    expect(setUp()).toMatch(/installing packages/);
    expect(setUp()).toBe('');
    write('package-lock.json', lock('1.0.1'));
    expect(setUp()).toMatch(/installing packages/);
    expect(setUp()).toBe('');
    write('package-lock.json', lock('1.0.1', { optional: { version: '2.0.0', optional: true } }));
    expect(setUp()).toBe('');
  });

  it('generates once, and again when the schema has changed or the output is gone', () => {
    setUp();
    setUp();
    expect(runs()).toBe(1);
    write('prisma/schema.prisma', 'two');
    setUp();
    expect(runs()).toBe(2);
    rmSync(join(checkout, 'src/generated'), { recursive: true });
    setUp();
    expect(runs()).toBe(3);
  });

  it('shows what a failing step printed, and exits non-zero', () => {
    write('node_modules/prisma/build/index.js', "console.error('line 3: no'); process.exit(1)");
    const { status, stderr } = start();
    expect(status).toBe(1);
    expect(stderr).toMatch(/generating the database client failed.*line 3: no/s);
  });

  it('needs no package to run', () => {
    const source = execFileSync('grep', ['-hE', 'from|import\\(', 'scripts/setup.mjs'], {
      cwd: root,
      encoding: 'utf8',
    });
    const modules = [...source.matchAll(/(?:from|import\() ?'([^']+)'/g)].map(([, name]) => name);
    expect(modules.length).toBeGreaterThan(3);
    expect(modules.filter((name) => !/^(node:|\.)/.test(name ?? ''))).toEqual([]);
  });

  function setUp(): string {
    const { status, stdout, stderr } = start();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout;
  }

  /** Runs it with a stand-in for npm that installs by writing down the lockfile, as npm does. */
  function start(): { status: number | null; stdout: string; stderr: string } {
    write(
      'npm.cjs',
      "require('node:fs').copyFileSync('package-lock.json', 'node_modules/.package-lock.json')",
    );
    return spawnSync(process.execPath, ['scripts/setup.mjs'], {
      cwd: checkout,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, npm_execpath: join(checkout, 'npm.cjs') },
    });
  }

  function runs(): number {
    return readFileSync(join(checkout, 'runs'), 'utf8').trim().split(' ').length;
  }

  function write(path: string, content: string | object): void {
    mkdirSync(join(checkout, path, '..'), { recursive: true });
    writeFileSync(
      join(checkout, path),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }
});

function lock(version: string, more: object = {}): object {
  const others = Object.entries(more).map(([name, entry]) => [`node_modules/${name}`, entry]);
  return { packages: { '': {}, 'node_modules/a': { version }, ...Object.fromEntries(others) } };
}
