import { parseArgs } from 'node:util';
import { z } from 'zod';
import { systemActor } from '../auth.ts';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import type { Deps } from '../context.ts';
import { CameoError } from '../errors.ts';
import type { KeyRecord } from '../features/access/key.ts';
import { createKey, listKeys, revokeKey } from '../features/access/manage-keys.ts';
import { createLogger } from '../logger.ts';
import { joinDatabase } from '../startup/database.ts';

const HELP = `Keys for the API. A key is shown once, when it is made; only its SHA-256 is kept.

  npm run keys -- create --name NAME [--role reader|writer|admin] [--domain KEY]...
  npm run keys -- list
  npm run keys -- revoke ID

  --role    what it may: read; also write; also manage (default: reader)
  --domain  for this domain only; may be repeated (default: every domain)

Send it as the header "Authorization: Bearer KEY". DATABASE_URL and CAMEO_HOME choose the database.`;

const OPTIONS = {
  name: { type: 'string' },
  role: { type: 'string', default: 'reader' },
  domain: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', short: 'h' },
} as const;

const role = z.enum(['reader', 'writer', 'admin'], {
  error: 'The role must be reader, writer or admin.',
});
const keyId = z.coerce
  .number({ error: 'Say which key: an id that "list" shows.' })
  .int()
  .positive();

const actor = systemActor('cli:keys');
type Command = (deps: Deps) => Promise<string>;

/** Reads the command line before anything is started. */
function readCommand(argv: string[]): Command | undefined {
  const { values, positionals } = parseArgs({
    args: argv,
    options: OPTIONS,
    allowPositionals: true,
  });
  const [verb, argument] = positionals;
  if (values.help) return undefined;
  if (verb === 'create') {
    const { name, domain: domains } = values;
    if (!name) throw new CameoError('BAD_INPUT', 'Say who or what the key is for: --name NAME.');
    const wanted = { name, role: role.parse(values.role), domains };
    return async (deps) => {
      const { key, record } = await createKey(deps, actor, wanted);
      return `${describe(record)}\n\n  ${key}\n\nKeep it: it is not shown again.`;
    };
  }
  if (verb === 'revoke') {
    const id = keyId.parse(argument);
    return async (deps) => `Revoked: ${describe(await revokeKey(deps, actor, id))}`;
  }
  if (verb === 'list') return async (deps) => tabulate(await listKeys(deps, actor));
  if (verb === undefined) return undefined;
  throw new CameoError('BAD_INPUT', `There is no "${verb}"; see npm run keys -- --help.`);
}

const describe = ({ id, name, role, domains }: KeyRecord) =>
  `key ${id}, "${name}": ${role}, ${domains.length > 0 ? domains.join(', ') : 'every domain'}`;

function tabulate(keys: readonly KeyRecord[]): string {
  if (keys.length === 0) return 'There are no keys yet.';
  const rows = keys.map((key) => [
    String(key.id),
    key.prefix,
    key.role,
    key.domains.join(',') || 'all',
    key.revokedAt ? 'revoked' : 'in force',
    key.lastUsedAt?.toISOString().slice(0, 16) ?? 'never used',
    key.name,
  ]);
  const table = [['ID', 'BEGINS', 'ROLE', 'DOMAINS', 'STATE', 'LAST USE (UTC)', 'NAME'], ...rows];
  const widths = table.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(cell.length, widest[index] ?? 0)),
    [],
  );
  const line = (row: string[]) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0));
  return table.map((row) => line(row).join('  ').trimEnd()).join('\n');
}

async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2));
  if (!command) return void process.stdout.write(`${HELP}\n`);
  const config = readConfig();
  const { db, close } = await joinDatabase(config, {
    say: (line) => process.stderr.write(`${line}\n`),
    max: 4,
  });
  try {
    const log = createLogger({ logLevel: 'warn', mode: 'production' });
    process.stdout.write(`${await command({ db, clock: systemClock, log })}\n`);
  } finally {
    await close();
  }
}

function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) return error.issues.map(({ message }) => message).join(' ');
  return error instanceof Error ? error.message : String(error);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
