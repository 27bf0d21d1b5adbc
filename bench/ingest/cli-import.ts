import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sql from 'sql-template-tag';
import { type Db, openDb } from '../../src/db.ts';
import { withBenchDatabase } from './database.ts';
import { median } from './median.ts';
import { readRows, timeCopy } from './raw-copy.ts';

const BAR = 0.5;
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
  },
});
const rows = Number(values.rows);
const rounds = Number(values.rounds);
const cli = fileURLToPath(new URL('../../src/cli/import.ts', import.meta.url));
const mapping = fileURLToPath(new URL('../../mappings/online-retail.json', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-import-'));

/**
 * The import command, its start included, against raw COPY of the rows that it made into the same
 * tables, turn about. Each round brings a file of its own.
 */
await withBenchDatabase(async (url) => {
  const db = openDb(url);
  try {
    const results: { cli: number; copy: number }[] = [];
    for (let round = 0; round < rounds; round += 1) results.push(await runRound(db, url, round));
    report(results);
  } finally {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function runRound(
  db: Db,
  url: string,
  round: number,
): Promise<{ cli: number; copy: number }> {
  const file = join(folder, `shop${round}.csv`);
  await pipeline(Readable.from(shopLines(round)), createWriteStream(file));
  const start = performance.now();
  const args = [
    '--import',
    'tsx',
    cli,
    'events',
    file,
    '--map',
    mapping,
    '--domain',
    `shop${round}`,
  ];
  const child = spawnSync(process.execPath, args, {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`The import ended with ${child.status}`);
  const cliTime = performance.now() - start;
  await db.query(sql`CHECKPOINT`);
  const [domain] = await db.query<{ id: number }>(
    sql`SELECT id FROM domain WHERE key = ${`shop${round}`}`,
  );
  const made = await readRows(db, sql`domain_id = ${domain?.id}`);
  const copy = await timeCopy(db, made, ['event_receipt', 'event', 'customer_change']);
  return { cli: cliTime, copy };
}

/** Invoices of 1 to 40 lines of 4,000 customers over a year, in the order of time. */
function* shopLines(round: number): Generator<string> {
  yield 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n';
  const [start, year] = [Date.UTC(2025, 0, 1), 365 * 86_400_000];
  let invoice = 0;
  let left = 0;
  for (let row = 0; row < rows; row += 1) {
    if (left === 0) {
      invoice += 1;
      left = 1 + ((invoice * 7919) % 40);
    }
    left -= 1;
    const at = new Date(start + (row / rows) * year).toISOString();
    const time = `${at.slice(0, 10)} ${at.slice(11, 19)}`;
    const customer = (invoice * 104_729) % 4_000;
    const item = (row * 31) % 3_000;
    yield `${round}${invoice},S${item},"Mug, enamel no ${item}",${1 + (row % 12)},${time},${(1 + (item % 900)) / 100},C${customer},France\n`;
  }
}

function report(results: readonly { cli: number; copy: number }[]): void {
  const ratio = median(results.map(({ cli, copy }) => copy / cli));
  const rate = (times: number[]) => Math.round((rows / median(times)) * 1000);
  console.log(`npm run import, ${rows} lines of CSV`);
  console.log(`  import    ${rate(results.map(({ cli }) => cli))} rows/s`);
  console.log(`  raw COPY  ${rate(results.map(({ copy }) => copy))} rows/s`);
  console.log(`  ratio ${ratio.toFixed(2)} (bar ${BAR}), median of ${results.length}`);
  if (ratio < BAR) process.exitCode = 1;
}
