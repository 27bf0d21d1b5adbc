import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  double,
  entity,
  featureView,
  int,
  pushed,
  text,
} from '../../../src/features/store/index.ts';
import { createWorld, type World } from './world.ts';

const stats = featureView('stats', {
  entity: entity('thing', { keys: ['thing'] }),
  ttl: '2d',
  source: pushed(),
  features: { score: double(), level: int(), colour: text() },
});
const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');

let world: World;
let store: ReturnType<World['store']>;
beforeAll(async () => {
  world = await createWorld();
  store = world.store(stats);
  await store.apply();
});
afterAll(() => world.close());

/** 100 rows on one day: scores from `base` to base + 99, every fourth null. */
const push = (day: number, base: number, colour: string) =>
  store.push(
    'stats',
    Array.from({ length: 100 }, (_, n) => ({
      key: { thing: n },
      eventTime: new Date(START + day * DAY),
      values: {
        score: n % 4 === 0 ? null : base + n,
        level: n % 2,
        colour: n < 50 ? 'red' : colour,
      },
    })),
  );

describe('monitoring a view', () => {
  it('measures each feature, and makes the first run the baseline', async () => {
    await push(0, 0, 'blue');
    world.clock.set(new Date(START + DAY));
    const { statistics, alerts } = await store.monitor({ view: 'stats' });
    const scores = Array.from({ length: 100 }, (_, n) => n).filter((n) => n % 4 !== 0);
    const mean = scores.reduce((sum, it) => sum + it, 0) / 75;
    const variance = scores.reduce((sum, it) => sum + (it - mean) ** 2, 0) / 74;
    expect(statistics[0]).toMatchObject({
      feature: 'score',
      rows: 100,
      nullRate: 0.25,
      distinctCount: 75,
      p50: 50,
      baseline: true,
      psi: null,
      lagMs: DAY,
    });
    expect(statistics[0]?.mean).toBeCloseTo(mean, 9);
    expect(statistics[0]?.stddev).toBeCloseTo(Math.sqrt(variance), 9);
    expect(statistics[2]).toMatchObject({
      feature: 'colour',
      nullRate: 0,
      distinctCount: 2,
      mean: null,
    });
    expect(alerts).toEqual([]);
    const [row] = await world.db.prisma.featureStatistic.findMany({ where: { feature: 'score' } });
    expect(row?.histogram).toEqual({ '2026-01-01': 100 });
  });

  it('finds no drift in values spread alike', async () => {
    await push(1, 0, 'blue');
    const { statistics } = await store.monitor({ view: 'stats', from: new Date(START) });
    for (const { psi } of statistics) expect(psi).toBeCloseTo(0, 9);
    expect(statistics[0]?.ks).toBeCloseTo(0, 9);
  });

  it('stores an alert for drift, by how far the distributions are apart', async () => {
    await push(2, 50, 'green');
    world.clock.set(new Date(START + 5 * DAY));
    const { statistics, alerts } = await store.monitor({
      view: 'stats',
      from: new Date(START + DAY),
    });
    // Half of the shifted scores lie above all of the baseline's.
    expect(statistics[0]?.ks).toBeCloseTo(0.5, 1);
    const { psi } = statistics[2] ?? {};
    // Blue went from one half to none (floored at 0.0001), the others from none to one half.
    expect(psi).toBeCloseTo(2 * (0.5 - 1e-4) * Math.log(0.5 / 1e-4), 6);
    expect(alerts.map((alert) => `${alert.feature} ${alert.metric}`)).toEqual([
      'score psi',
      'score ks',
      'score lagMs',
      'level lagMs',
      'colour psi',
      'colour lagMs',
    ]);
    expect(await world.db.prisma.featureAlert.count()).toBe(6);
  });
});
