import sql from 'sql-template-tag';
import { commonBins, greatestGap, type Profile, stabilityIndex, toBins } from './drift.ts';
import type { FeatureSpec } from './feature-spec.ts';
import {
  commonSql,
  daysSql,
  isNumber,
  type Population,
  sharesSql,
  summarySql,
} from './monitor-sql.ts';
import { type Executor, type StoreDb, transaction } from './postgres.ts';
import type { StoredView } from './state.ts';

/** Values above these make an alert. */
export interface Thresholds {
  readonly nullRate: number;
  readonly psi: number;
  readonly ks: number;
  /** Milliseconds since the newest event; the view's ttl unless given. */
  readonly lagMs: number;
}

export interface FeatureStatistic {
  readonly feature: string;
  readonly rows: number;
  readonly nullRate: number | null;
  readonly mean: number | null;
  readonly stddev: number | null;
  readonly p1: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly distinctCount: number;
  /** Null for the baseline itself. */
  readonly psi: number | null;
  readonly ks: number | null;
  readonly lagMs: number | null;
  readonly baseline: boolean;
}

export interface Alert {
  readonly feature: string;
  readonly metric: keyof Thresholds;
  readonly value: number;
  readonly threshold: number;
}

export interface MonitorInput {
  readonly stored: StoredView;
  readonly from?: Date | undefined;
  readonly now: Date;
  readonly thresholds?: Partial<Thresholds> | undefined;
  /** Makes this run what later ones are compared with; the first run is it anyway. */
  readonly baseline?: boolean | undefined;
}

const DEFAULTS = { nullRate: 0.5, psi: 0.25, ks: 0.25 };

/** Measures every feature of a view, stores the figures, and an alert for each threshold crossed. */
export function monitorView(
  db: StoreDb,
  input: MonitorInput,
): Promise<{ statistics: FeatureStatistic[]; alerts: Alert[] }> {
  const { stored, now } = input;
  const specs = stored.view.features.filter((spec) => !spec.hidden);
  const population: Population = { stored, from: input.from, to: now };
  return transaction(db, async (tx) => {
    const [summary = {}] = await tx.query(summarySql(population, specs));
    const days = await tx.query<{ day: string; rows: number }>(daysSql(population));
    const histogram = Object.fromEntries(days.map(({ day, rows }) => [day, rows]));
    const statistics: FeatureStatistic[] = [];
    for (const [index, spec] of specs.entries()) {
      statistics.push(await measure(tx, input, population, spec, { summary, index, histogram }));
    }
    const alerts = findAlerts(statistics, input);
    for (const alert of alerts) {
      await tx.query(sql`
        insert into feature_alert (view, feature, metric, value, threshold, at)
        values (${stored.view.name}, ${alert.feature}, ${alert.metric}, ${alert.value}, ${alert.threshold}, ${now})`);
    }
    return { statistics, alerts };
  });
}

interface Summary {
  readonly summary: Readonly<Record<string, unknown>>;
  readonly index: number;
  readonly histogram: Readonly<Record<string, number>>;
}

async function measure(
  tx: Executor,
  input: MonitorInput,
  population: Population,
  spec: FeatureSpec,
  { summary, index, histogram }: Summary,
): Promise<FeatureStatistic> {
  const read = (name: string) => (summary[`${name}${index}`] ?? null) as number | null;
  const baseline = input.baseline ? undefined : await readBaseline(tx, input.stored, spec);
  const edges = [...new Set((summary[`edges${index}`] as number[] | null) ?? [])];
  const profile = await readProfile(tx, population, spec, edges);
  const drift = baseline ? await compare(tx, population, spec, baseline, profile) : undefined;
  const points = (summary[`points${index}`] as (number | null)[] | null | undefined) ?? [];
  const newest = summary.newest as Date | null;
  const statistic: FeatureStatistic = {
    feature: spec.name,
    rows: Number(summary.rows ?? 0),
    nullRate: read('nulls'),
    mean: read('mean'),
    stddev: read('stddev'),
    p1: points[0] ?? null,
    p50: points[1] ?? null,
    p99: points[2] ?? null,
    distinctCount: read('distinct') ?? 0,
    psi: drift?.psi ?? null,
    ks: drift?.ks ?? null,
    lagMs: newest ? input.now.getTime() - newest.getTime() : null,
    baseline: !baseline,
  };
  await save(tx, input, statistic, profile, histogram);
  return statistic;
}

async function readBaseline(
  tx: Executor,
  { view }: StoredView,
  spec: FeatureSpec,
): Promise<Profile | undefined> {
  const [row] = await tx.query<{ profile: Profile }>(sql`
    select profile from feature_statistic
    where view = ${view.name} and version = ${view.version} and feature = ${spec.name} and baseline
    order by id desc limit 1`);
  return row?.profile;
}

async function readProfile(
  tx: Executor,
  population: Population,
  spec: FeatureSpec,
  edges: readonly number[],
): Promise<Profile> {
  if (isNumber(spec)) return { edges, shares: await readShares(tx, population, spec, edges) };
  const rows = await tx.query<{ value: string; share: number }>(commonSql(population, spec));
  return { common: Object.fromEntries(rows.map(({ value, share }) => [value, share])) };
}

async function readShares(
  tx: Executor,
  population: Population,
  spec: FeatureSpec,
  edges: readonly number[],
): Promise<number[]> {
  const rows = await tx.query<{ share: number }>(sharesSql(population, spec, edges));
  return rows.map(({ share }) => share);
}

async function compare(
  tx: Executor,
  population: Population,
  spec: FeatureSpec,
  baseline: Profile,
  profile: Profile,
): Promise<{ psi: number; ks: number | null }> {
  if ('edges' in baseline) {
    const now = await readShares(tx, population, spec, baseline.edges);
    return {
      psi: stabilityIndex(toBins(baseline.shares), toBins(now)),
      ks: greatestGap(baseline.shares, now),
    };
  }
  const [before, now] = commonBins(baseline.common, 'common' in profile ? profile.common : {});
  return { psi: stabilityIndex(before, now), ks: null };
}

async function save(
  tx: Executor,
  { stored: { view }, now }: MonitorInput,
  it: FeatureStatistic,
  profile: Profile,
  histogram: Readonly<Record<string, number>>,
): Promise<void> {
  await tx.query(sql`
    insert into feature_statistic (view, version, feature, at, rows, null_rate, mean, stddev, p1, p50,
      p99, distinct_count, profile, histogram, psi, ks, lag_ms, baseline)
    values (${view.name}, ${view.version}, ${it.feature}, ${now}, ${it.rows}, ${it.nullRate}, ${it.mean},
      ${it.stddev}, ${it.p1}, ${it.p50}, ${it.p99}, ${it.distinctCount}, ${JSON.stringify(profile)},
      ${JSON.stringify(histogram)}, ${it.psi}, ${it.ks}, ${it.lagMs}, ${it.baseline})`);
}

function findAlerts(statistics: readonly FeatureStatistic[], input: MonitorInput): Alert[] {
  const { ttl } = input.stored.view;
  const thresholds = { ...DEFAULTS, ...(ttl > 0 && { lagMs: ttl }), ...input.thresholds };
  return statistics.flatMap((statistic) =>
    (['nullRate', 'psi', 'ks', 'lagMs'] as const).flatMap((metric): Alert[] => {
      const [value, threshold] = [statistic[metric], thresholds[metric]];
      if (value === null || threshold === undefined || value <= threshold) return [];
      return [{ feature: statistic.feature, metric, value, threshold }];
    }),
  );
}
