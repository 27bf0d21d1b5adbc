// The real shop: imports UCI Online Retail, saves seven segments as of 2011-09-10, compares their
// members with retail-oracle.mjs, which knows nothing of Cameo, and explains three members of each.
// node --import tsx bench/segments/online-retail.ts [FOLDER]
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { systemActor } from '../../src/auth.ts';
import { importFile } from '../../src/cli/import/import-file.ts';
import { mappingSchema } from '../../src/cli/import/mapping-schema.ts';
import { createFakeClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { openDb } from '../../src/db.ts';
import { emptyCatalog } from '../../src/features/segments/catalog.ts';
import type { SegmentDeps } from '../../src/features/segments/deps.ts';
import { explainMembership } from '../../src/features/segments/explain-membership.ts';
import type { ClauseExplanation } from '../../src/features/segments/memory/explain.ts';
import { segmentSave } from '../../src/features/segments/save.ts';
import { createLogger } from '../../src/logger.ts';
import { withBenchDatabase } from '../ingest/database.ts';
import { RETAIL_RULES } from './retail-rules.ts';

const DAY = '2011-09-10';
const at = new Date(`${DAY}T00:00:00.000Z`);
const actor = systemActor('bench');
const folder = process.argv[2] ?? join(readConfig().dataFolder, 'online_retail');
const file = join(folder, 'transactions.csv.gz');
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

async function importShop(deps: SegmentDeps): Promise<void> {
  const text = readFileSync(here('../../mappings/online-retail.json'), 'utf8');
  const mapping = mappingSchema.parse(JSON.parse(text));
  // Imported at the end of the file's time, evaluated as of the day.
  const later = { ...deps, clock: createFakeClock('2012-01-01T00:00:00.000Z') };
  await importFile(later, actor, { file, domain: 'retail', mapping, out: { write: () => true } });
}

/** CustomerID by customer, of a segment's members. */
async function membersOf({ db }: SegmentDeps, key: string): Promise<Map<string, number>> {
  const rows = await db.query<{ name: string; id: number }>(sql`
    select i.value as name, m.customer_id as id
    from segment_membership m join segment s on s.id = m.segment_id
    join identity i on i.customer_id = m.customer_id and i.kind = 'user_id'
    where s.key = ${key} and m.exited_at is null order by i.value`);
  return new Map(rows.map(({ name, id }) => [name, id]));
}

function tell(clause: ClauseExplanation, indent: string): void {
  const newest = clause.events[0]?.occurredAt.toISOString().slice(0, 16);
  const facts = [
    clause.value !== undefined && `value ${JSON.stringify(clause.value)}`,
    newest && `newest ${newest}`,
    clause.nextTransitionAt && `flips ${clause.nextTransitionAt.toISOString()}`,
  ].filter(Boolean);
  console.log(`${indent}${clause.holds ? 'true ' : 'false'} ${clause.text} (${facts.join(', ')})`);
  for (const child of clause.clauses) tell(child, `${indent}  `);
}

async function compare(
  deps: SegmentDeps,
  key: string,
  expected: readonly string[],
): Promise<boolean> {
  const saved = await segmentSave(deps, actor, { key, domain: 'retail', rule: RETAIL_RULES[key] });
  if (saved.userErrors.length > 0) throw new Error(JSON.stringify(saved.userErrors));
  const members = await membersOf(deps, key);
  const same = JSON.stringify([...members.keys()]) === JSON.stringify(expected);
  console.log(
    `\n${key}: ${members.size} members, by the independent script ${expected.length}: ${same ? 'the same' : 'DIFFERENT'}`,
  );
  for (const [name, customerId] of [...members].slice(0, 3)) {
    console.log(`  ${name}`);
    tell(
      (await explainMembership(deps, actor, { customerId, segmentKey: key, at })).clause,
      '    ',
    );
  }
  return same;
}

async function main(url: string): Promise<void> {
  const db = openDb(url);
  const deps: SegmentDeps = {
    db,
    clock: createFakeClock(at),
    log: createLogger({ logLevel: 'error', mode: 'production' }),
    catalogs: { features: emptyCatalog, predictions: emptyCatalog },
  };
  try {
    await importShop(deps);
    const oracle = execFileSync(process.execPath, [here('retail-oracle.mjs'), file, DAY], {
      maxBuffer: 2 ** 26,
    });
    const expected = JSON.parse(oracle.toString()) as Record<string, string[]>;
    for (const key of Object.keys(RETAIL_RULES))
      if (!(await compare(deps, key, expected[key] ?? []))) process.exitCode = 1;
  } finally {
    await db.close();
  }
}

if (existsSync(file)) await withBenchDatabase(main);
else console.log(`Skipped: there is no ${file}. Set CAMEO_DATA or name the folder.`);
