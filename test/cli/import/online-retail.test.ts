import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import sql from 'sql-template-tag';
import { importFile } from '../../../src/cli/import/import-file.ts';
import { mappingSchema } from '../../../src/cli/import/mapping-schema.ts';
import { readConfig } from '../../../src/config.ts';
import { actor, createStage, type Stage } from '../../features/events/harness.ts';

const source = join(readConfig().dataFolder, 'online_retail', 'transactions.csv.gz');
const here = existsSync(source);
if (!here) console.warn(`Not run: the shop's transactions are not at ${source} (CAMEO_DATA).`);

const mapping = mappingSchema.parse(
  JSON.parse(
    readFileSync(new URL('../../../mappings/online-retail.json', import.meta.url), 'utf8'),
  ),
);
const LINES = 40_000;

interface Line {
  InvoiceNo: string;
  Quantity: string;
  UnitPrice: string;
  CustomerID: string;
  InvoiceDate: string;
}

let stage: Stage;
let folder: string;

beforeAll(async () => {
  stage = await createStage();
  folder = mkdtempSync(join(tmpdir(), 'cameo-online-retail-'));
});

afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

(here ? describe : describe.skip)('the Online Retail mapping', () => {
  it('makes of the first 40,000 lines what the lines say', async () => {
    const text = gunzipSync(readFileSync(source))
      .toString()
      .split('\n')
      .slice(0, LINES + 1)
      .join('\n');
    const lines = parse<Line>(text, { columns: true, relax_quotes: true });
    const file = join(folder, 'transactions.csv');
    writeFileSync(file, text);
    const out = { write: () => {} };
    const result = await importFile(stage, actor, { file, domain: 'retail', mapping, out });

    const named = lines.filter(({ CustomerID }) => CustomerID !== '');
    expect(result).toMatchObject({
      records: lines.length,
      accepted: named.length,
      rejected: 0,
      skipped: { 'no customer': lines.length - named.length },
    });
    const sales = named.filter(
      (line) => !line.InvoiceNo.startsWith('C') && +line.Quantity > 0 && +line.UnitPrice > 0,
    );
    const spent = sales.reduce((sum, line) => sum + +line.Quantity * +line.UnitPrice, 0);
    const returns = named.filter(({ InvoiceNo }) => InvoiceNo.startsWith('C'));
    const [found] = await stage.db.query<Record<string, number | Date>>(sql`
      SELECT sum(amount) FILTER (WHERE type = 'order') AS spent,
        count(*) FILTER (WHERE type = 'order') AS sales,
        count(*) FILTER (WHERE type = 'order' AND properties->'line' = '1') AS invoices,
        count(*) FILTER (WHERE type = 'return' AND amount < 0) AS returns,
        count(DISTINCT customer_id) AS customers,
        min(occurred_at) AS first, max(occurred_at) AS last
      FROM event`);
    expect(found).toMatchObject({
      sales: sales.length,
      invoices: new Set(sales.map(({ InvoiceNo }) => InvoiceNo)).size,
      returns: returns.length,
      customers: new Set(named.map(({ CustomerID }) => CustomerID)).size,
      first: new Date(`${named[0]?.InvoiceDate.replace(' ', 'T')}Z`),
      last: new Date(`${named.at(-1)?.InvoiceDate.replace(' ', 'T')}Z`),
    });
    expect(found?.spent).toBeCloseTo(spent, 2);
  }, 120_000);
});
