import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { double, entity, featureView, int, pushed } from '../../../src/features/store/index.ts';
import { createWorld, featureOf, type World } from './world.ts';

const file = join(process.env.CAMEO_DATA ?? '../shared/data', 'feast/driver_stats.csv.gz');
const there = existsSync(file);
if (!there)
  console.warn(`Skipped: ${file} is not there (set CAMEO_DATA to the folder of real data).`);

const stats = featureView('driver_stats', {
  entity: entity('driver', { keys: ['driver_id'] }),
  ttl: '1d',
  source: pushed(),
  features: { conv_rate: double(), acc_rate: double(), avg_daily_trips: int() },
});
const DAY = 86_400_000;

interface Row {
  readonly driver: number;
  readonly event: number;
  readonly created: number;
  readonly conv_rate: number;
  readonly avg_daily_trips: number;
}

/** The file's times are UTC to the microsecond; the store's to the millisecond. */
const millis = (value: string) =>
  Date.parse(`${value.slice(0, 23).replace(' ', 'T').replace(/\+.*/, '')}Z`);

(there ? describe : describe.skip)("Feast's own driver statistics", () => {
  let world: World;
  let store: ReturnType<World['store']>;
  let all: Row[];
  beforeAll(async () => {
    world = await createWorld();
    store = world.store(stats);
    await store.apply();
    const records: Record<string, string>[] = parse(gunzipSync(readFileSync(file)), {
      columns: true,
    });
    all = records.map((it) => ({
      driver: Number(it.driver_id),
      event: millis(it.event_timestamp ?? ''),
      created: millis(it.created ?? ''),
      conv_rate: Number(it.conv_rate),
      avg_daily_trips: Number(it.avg_daily_trips),
    }));
    await store.push(
      'driver_stats',
      records.map((it) => ({
        key: { driver_id: Number(it.driver_id) },
        eventTime: it.event_timestamp ?? '',
        createdTime: it.created ?? '',
        values: {
          conv_rate: Number(it.conv_rate),
          acc_rate: Number(it.acc_rate),
          avg_daily_trips: Number(it.avg_daily_trips),
        },
      })),
    );
  });
  afterAll(() => world.close());

  const expected = (driver: number, at: number): Row | undefined => {
    const good = all.filter(
      (row) => row.driver === driver && row.event <= at && row.event >= at - DAY,
    );
    return good.sort((a, b) => b.event - a.event || b.created - a.created)[0];
  };

  it('join 1,000 random drivers and times as brute force does, and are the same online', async () => {
    let state = 7;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const times = all.map((row) => row.event);
    const [from, to] = [Math.min(...times) - DAY, Math.max(...times) + 2 * DAY];
    const rows = Array.from({ length: 1000 }, (_, n) => ({
      driver_id: 1001 + Math.floor(random() * 6),
      // Every fourth time is exactly that of a row, or a day after it.
      at:
        n % 4 === 0
          ? (times[Math.floor(random() * times.length)] ?? 0) + (n % 8 === 0 ? DAY : 0)
          : Math.floor(from + random() * (to - from)),
    }));
    const results = await store.historical({
      rows,
      features: ['driver_stats:conv_rate', 'driver_stats:avg_daily_trips'],
    });
    expect(results).toEqual(
      rows.map((row) => {
        const row_ = expected(row.driver_id, row.at);
        return {
          ...row,
          conv_rate: row_?.conv_rate ?? null,
          avg_daily_trips: row_?.avg_daily_trips ?? null,
        };
      }),
    );
    for (const { driver_id, at } of rows.slice(0, 50)) {
      world.clock.set(new Date(at));
      const [now] = await store.online({
        rows: [{ driver_id }],
        features: ['driver_stats:conv_rate'],
      });
      expect(featureOf(now, 'conv_rate')).toBe(expected(driver_id, at)?.conv_rate ?? null);
    }
  });
});
