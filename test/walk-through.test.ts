import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { systemActor } from '../src/auth.ts';
import { importFile } from '../src/cli/import/import-file.ts';
import { mappingSchema } from '../src/cli/import/mapping-schema.ts';
import { startTestApi, type TestApi } from './helpers/api.ts';

// The three queries of the README's walk-through on a real shop's transactions, each against figures
// computed here from the file alone, in another way.
const FILE = join(process.env.CAMEO_DATA ?? '../shared/data', 'online_retail/transactions.csv.gz');
const there = existsSync(FILE);
if (!there) console.warn(`skipped: there is no ${FILE} (set CAMEO_DATA)`);

const AT = '2011-09-10T00:00:00Z';
const DAY = 86_400_000;

interface Order {
  readonly customer: string;
  readonly at: number;
  amount: number;
}

/** Orders by invoice: the lines of known customers, without cancellations, with a real price. */
function readOrders(): Order[] {
  const lines: Record<string, string>[] = parse(gunzipSync(readFileSync(FILE)), { columns: true });
  const orders = new Map<string, Order>();
  for (const { InvoiceNo = '', InvoiceDate, Quantity, UnitPrice, CustomerID = '' } of lines) {
    const amount = Number(Quantity) * Number(UnitPrice);
    const counts = Number(Quantity) > 0 && Number(UnitPrice) > 0 && !InvoiceNo.startsWith('C');
    if (CustomerID === '' || !counts) continue;
    const order = orders.get(InvoiceNo) ?? {
      customer: CustomerID,
      at: Date.parse(`${InvoiceDate?.replace(' ', 'T')}Z`),
      amount: 0,
    };
    order.amount += amount;
    orders.set(InvoiceNo, order);
  }
  return [...orders.values()];
}

function byCustomer(orders: readonly Order[]): Map<string, Order[]> {
  const groups = new Map<string, Order[]>();
  for (const order of orders)
    groups.set(order.customer, [...(groups.get(order.customer) ?? []), order]);
  return groups;
}

const spend = (orders: readonly Order[]) => orders.reduce((sum, { amount }) => sum + amount, 0);
const within = (orders: readonly Order[], days: number) =>
  orders.filter(({ at }) => at <= Date.parse(AT) && at >= Date.parse(AT) - days * DAY);

/** A query out of the README, by the comment that stands before it. */
function readmeQuery(name: string): string {
  const readme = readFileSync('README.md', 'utf8');
  const [, query] =
    new RegExp(`<!-- query: ${name} -->\\s*\`\`\`graphql\\n([^\`]+)\`\`\``).exec(readme) ?? [];
  if (!query) throw new Error(`the README has no query "${name}"`);
  return query;
}

(there ? describe : describe.skip)('the walk-through of the README', () => {
  let api: TestApi;
  let orders: Map<string, Order[]>;
  let top: string[];
  beforeAll(async () => {
    orders = byCustomer(readOrders());
    top = [...orders.keys()]
      .sort((a, b) => spend(orders.get(b) ?? []) - spend(orders.get(a) ?? []))
      .slice(0, 10);
    api = await startTestApi({ now: new Date('2026-01-01T00:00:00Z') });
    const mapping = mappingSchema.parse(
      JSON.parse(readFileSync('mappings/online-retail.json', 'utf8')),
    );
    const result = await importFile(api.services, systemActor('test'), {
      ...{ file: FILE, domain: 'shop', mapping },
      out: { write: () => true },
    });
    expect(result).toMatchObject({ finished: true, rejected: 0, duplicates: 0 });
    await api.services.store.materializeIncremental();
  }, 300_000);
  afterAll(() => api?.stop());

  it('finds the 2,656 customers', async () => {
    const { customers } = await api.data(
      '{ customers(filter: { domain: "shop" }) { totalCount } }',
    );
    expect(customers.totalCount).toBe(2_656);
  });

  it('names the ten customers with the most spend', async () => {
    const { customers } = await api.data(readmeQuery('most spend'));
    const found = customers.nodes.map((node: { identities: { value: string }[] }) =>
      node.identities.map(({ value }) => value),
    );
    expect(found).toEqual(top.map((name) => [name]));
    for (const [place, node] of customers.nodes.entries())
      expect(node.rfm.monetary).toBeCloseTo(spend(orders.get(top[place] ?? '') ?? []), 2);
  });

  it('gives their features as of 2011-09-10', async () => {
    const { customers } = await api.data(readmeQuery('as of'));
    for (const [place, node] of customers.nodes.entries()) {
      const all = within(orders.get(top[place] ?? '') ?? [], 10_000);
      const newest = Math.max(...all.map(({ at }) => at));
      expect(node.rfm).toEqual({
        recencyDays: Math.floor((Date.parse(AT) - newest) / DAY),
        frequency: all.length,
        monetary: expect.closeTo(spend(all), 2),
        spend90d: expect.closeTo(spend(within(all, 90)), 2),
      });
    }
  });

  it('counts who bought three times in 90 days and not in the last 30', async () => {
    const { segmentPreview } = await api.data(readmeQuery('gone quiet'));
    const expected = [...orders.values()].filter(
      (own) => within(own, 90).length >= 3 && within(own, 30).length === 0,
    );
    expect(segmentPreview.size).toBe(expected.length);
  });
});
