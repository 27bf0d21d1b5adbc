import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { groupInOrder } from '../batch.ts';

export interface StatisticRow {
  readonly view: string;
  readonly feature: string;
  readonly at: Date;
  readonly rows: number;
  readonly nullRate: number | null;
  readonly mean: number | null;
  readonly stddev: number | null;
  readonly p1: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly distinctCount: number;
  readonly histogram: unknown;
  readonly psi: number | null;
  readonly ks: number | null;
  readonly lagMs: number | null;
  readonly baseline: boolean;
}

/** The newest measurement of each feature of each view, in the order of `views`. */
export async function statisticsOf(
  db: Queryable,
  views: readonly string[],
): Promise<StatisticRow[][]> {
  const rows = await db.query<StatisticRow>(sql`
    select distinct on (view, feature) view, feature, at, rows, null_rate as "nullRate", mean,
      stddev, p1, p50, p99, distinct_count as "distinctCount", histogram, psi, ks,
      lag_ms as "lagMs", baseline
    from feature_statistic where view = any(${views}::text[]) order by view, feature, at desc`);
  return groupInOrder(views, rows, (row) => row.view);
}

export interface AlertRow {
  readonly view: string;
  readonly feature: string;
  readonly metric: string;
  readonly value: number;
  readonly threshold: number;
  readonly at: Date;
}

/** The newest alerts of each view, in the order of `views`. */
export async function alertsOf(
  db: Queryable,
  views: readonly string[],
  first: number,
): Promise<AlertRow[][]> {
  const rows = await db.query<AlertRow>(sql`
    select a.* from unnest(${views}::text[]) as wanted(name) cross join lateral (
      select view, feature, metric, value, threshold, at from feature_alert
      where view = wanted.name order by at desc, id desc limit ${Math.min(Math.max(first, 1), 100)}
    ) a`);
  return groupInOrder(views, rows, (row) => row.view);
}
