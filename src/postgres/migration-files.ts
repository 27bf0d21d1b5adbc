import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Migration = { name: string; script: string };

/** The migrations of a `prisma/migrations` folder in the order they are applied. */
export function readMigrations(dir: string): Migration[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({ name, script: readFileSync(join(dir, name, 'migration.sql'), 'utf8') }));
}

/** The checksum that Prisma keeps of a migration: SHA-256 of its script, in hex. */
export function checksum(script: string): string {
  return createHash('sha256').update(script).digest('hex');
}

/** Whether `expected` is the script's checksum, with whichever line ends git checked it out. */
export function matchesChecksum(script: string, expected: string): boolean {
  const lf = script.replaceAll('\r\n', '\n');
  return [script, lf, lf.replaceAll('\n', '\r\n')].some((text) => checksum(text) === expected);
}
