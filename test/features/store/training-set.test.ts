import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import sql, { raw } from 'sql-template-tag';
import {
  count,
  double,
  entity,
  events,
  featureService,
  featureView,
  int,
  list,
  onDemandView,
  pushed,
  request,
  text,
} from '../../../src/features/store/index.ts';
import { createWorld, type World } from './world.ts';

const customer = entity('customer', { keys: ['customer_id'] });
const orders = featureView('orders', {
  entity: customer,
  ttl: 0,
  source: events('order'),
  features: { n: count() },
});
const tags = featureView('tags', {
  entity: customer,
  ttl: 0,
  source: pushed(),
  features: { tags: list(text()), level: int() },
});
const priced = onDemandView('priced', {
  inputs: [orders, request({ price: double() })],
  features: { cost: double() },
  compute: ({ n, price }) => ({ cost: (n ?? 0) * (price ?? 0) }),
});
const churn = featureService('churn', [orders, tags, priced]);
const AT = new Date('2026-01-01T00:00:00Z');

let world: World;
let store: ReturnType<World['store']>;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cameo-training-'));
  world = await createWorld();
  store = world.store(churn);
  await store.apply();
  await world.addCustomers([1, 2]);
  const late = new Date('2026-02-01T00:00:00Z');
  await world.addEvents([
    { customer: 1, type: 'order', at: new Date('2025-12-01T00:00:00Z') },
    { customer: 1, type: 'order', at: new Date('2025-12-02T00:00:00Z'), createdAt: late },
  ]);
  await store.push('tags', [
    { key: { customer_id: 2 }, eventTime: AT, values: { tags: ['a', 'b'], level: 3 } },
  ]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.close();
});

const rows = [
  { customer_id: 1, at: AT, price: 2, label: true },
  { customer_id: 2, at: '2026-01-01T00:00:00Z', price: 0.5, label: null },
];

describe('a training set', () => {
  it('is a Parquet file and a table of the same rows, from what was known at the time', async () => {
    const saved = await store.trainingSet({ name: 'churn_set', rows, service: 'churn', folder });
    const expected = [
      { customer_id: 1, at: AT, price: 2, label: true, n: 1, tags: null, level: null, cost: 2 },
      {
        customer_id: 2,
        at: AT,
        price: 0.5,
        label: null,
        n: null,
        tags: ['a', 'b'],
        level: 3,
        cost: 0,
      },
    ];
    const table = await world.db.query(sql`
      select * from ${raw(`feature_store.${saved.table}`)} order by row_number`);
    expect(table).toEqual(expected.map((row, index) => ({ row_number: index, ...row })));
    const read = await parquetReadObjects({ file: await asyncBufferFromFile(saved.file ?? '') });
    expect(read).toEqual(
      expected.map((row) => ({
        ...row,
        n: row.n === null ? null : BigInt(row.n),
        level: row.level === null ? null : BigInt(row.level),
        tags: row.tags && JSON.stringify(row.tags),
      })),
    );
  });

  it('has the same hash when it is made again, and another when a value differs', async () => {
    const one = await store.trainingSet({ name: 'again', rows, service: 'churn', folder });
    const two = await store.trainingSet({ name: 'again', rows, service: 'churn', folder });
    const other = await store.trainingSet({
      name: 'again',
      rows,
      service: 'churn',
      knownAt: 'event',
    });
    expect(two).toEqual({ ...one, id: two.id, table: two.table });
    expect(other.hash).not.toBe(one.hash);
    expect(await world.db.prisma.trainingSet.findUnique({ where: { id: one.id } })).toMatchObject({
      service: 'churn',
      serviceVersion: 1,
      rowCount: 2,
      hash: one.hash,
      features: ['orders:n', 'tags:tags', 'tags:level', 'priced:cost'],
      views: [
        { view: 'orders', version: 1 },
        { view: 'tags', version: 1 },
      ],
    });
  });

  it('leaves nothing behind when it fails', async () => {
    const before = [readdirSync(folder), await world.db.prisma.trainingSet.count()];
    const broken = (function* () {
      yield* Array.from({ length: 30_000 }, () => ({ customer_id: 1, at: AT, price: 1 }));
      throw new Error('the source broke');
    })();
    await expect(
      store.trainingSet({ name: 'broken', rows: broken, service: 'churn', folder }),
    ).rejects.toThrow('the source broke');
    await expect(
      store.trainingSet({ name: 'empty', rows: [], service: 'churn', folder }),
    ).rejects.toThrow('no rows');
    expect([readdirSync(folder), await world.db.prisma.trainingSet.count()]).toEqual(before);
  });
});

describe('lineage', () => {
  it('leads from event types through features to training sets and model versions', async () => {
    await store.linkModel('churn', 'churn-model@7');
    expect(await store.lineage('churn')).toMatchObject({
      service: 'churn',
      version: 1,
      features: [
        { view: 'orders', feature: 'n', from: ['order'] },
        { view: 'tags', feature: 'tags', from: ['pushed'] },
        { view: 'tags', feature: 'level', from: ['pushed'] },
        { view: 'priced', feature: 'cost', from: ['orders:n', 'request:price'] },
      ],
      trainingSets: [
        { name: 'churn_set' },
        { name: 'again' },
        { name: 'again' },
        { name: 'again' },
      ],
      modelVersions: ['churn-model@7'],
    });
    await expect(store.lineage('none')).rejects.toThrow('"none"');
  });
});
