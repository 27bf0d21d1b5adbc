import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Mapping, mappingSchema } from './mapping-schema.ts';

export const HELP = `Imports a file of events of any size. Killed, it goes on where it was when it is run again.

  npm run import -- events FILE [--map mapping.json] [--domain retail]
  npm run import -- online-retail FILE

FILE is .ndjson (or .jsonl) or .csv, either with .gz behind.
  NDJSON without --map: each line is an event as eventsIngest takes it; messageId may be missing.
  CSV without --map: columns type, occurredAt, messageId, text, amount, currency, itemId,
  identities.KIND (one at least) and properties.NAME.

  --map FILE      says what the columns mean (below)
  --domain KEY    where the events go, made when it is new (default: retail)
  --home DIR      folder of the embedded database (CAMEO_HOME, .cameo)
  --help          this text

The database is that of DATABASE_URL, else the embedded one: it is joined when Cameo runs, started
when it does not. Records that cannot be stored go to FILE.rejected, a line of JSON with the
record's number and the reason for each. Events without a message id get one made of the file's
content and the record's number, so importing a file twice doubles nothing.

A mapping is JSON: { "type": ..., "occurredAt": ..., "identities": { KIND: TEXT }, and, as needed,
"properties": { NAME: VALUE }, "messageId", "text", "amount", "currency", "itemId", "skip",
"group", "format": "csv" | "ndjson", "delimiter" }.
  TEXT   "{Column}", a constant, or both: "invoice-{InvoiceNo}"; NDJSON: "{user.id}"
  VALUE  TEXT, { "number": TEXT }, { "boolean": TEXT }, { "json": TEXT }, { "product": [TEXT, ...] },
         { "ordinal": TEXT } (1, 2, ... within consecutive records with the same TEXT, by type),
         { "choose": [{ "when": CONDITION, "value": VALUE }], "otherwise": VALUE }
  occurredAt  { "value": TEXT, "format": "iso" | "unix" | "unix-ms" | "dd/MM/yyyy HH:mm:ss",
         "zone": "Europe/London" } (zone: for times without their own; UTC when left out)
  CONDITION   { "column": NAME } with any of blank, equals, in, startsWith, atMost, atLeast
  skip   [{ "when": CONDITION, "reason": "..." }]: left out, and counted in the summary
  group  { "by": TEXT, "types": { TYPE: TYPE }, "properties": { NAME: VALUE } }: records next to each
         other with the same TEXT make one event more, with the sum of their amounts: the lines of an
         order make an order
mappings/online-retail.json is one.`;

export interface ImportOptions {
  readonly file: string;
  readonly domain: string;
  readonly mapping: Mapping | undefined;
  /** Environment variables that the command line overrides. */
  readonly environment: NodeJS.ProcessEnv;
}

const ONLINE_RETAIL = fileURLToPath(
  new URL('../../../mappings/online-retail.json', import.meta.url),
);

/**
 * @returns 'help' when help was asked for.
 * @throws Error that says what is wrong with the command line or the mapping.
 */
export function readOptions(argv: readonly string[]): ImportOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      map: { type: 'string' },
      domain: { type: 'string', default: 'retail' },
      home: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help || positionals.length === 0) return 'help';
  const [kind, file, ...rest] = positionals;
  if ((kind !== 'events' && kind !== 'online-retail') || file === undefined || rest.length > 0) {
    throw new Error(
      'Say what to import: `events FILE` or `online-retail FILE`; --help tells more.',
    );
  }
  const map = kind === 'online-retail' ? ONLINE_RETAIL : values.map;
  return {
    file,
    domain: values.domain,
    mapping: map === undefined ? undefined : readMapping(map),
    environment: values.home === undefined ? {} : { CAMEO_HOME: values.home },
  };
}

function readMapping(path: string): Mapping {
  const parsed = mappingSchema.safeParse(readJson(path));
  if (parsed.success) return parsed.data;
  throw new Error(`The mapping ${path} is not usable:\n${z.prettifyError(parsed.error)}`);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`The mapping ${path} cannot be read: ${(error as Error).message}`);
  }
}
