import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { aggregateSql } from './aggregate-sql.ts';
import { parseDuration } from './duration.ts';
import type { FeatureSpec } from './feature-spec.ts';
import type { FeatureView } from './view.ts';

/** Which events count: all that had happened, or only those that we had learnt of by then. */
export type KnownAt = 'event' | 'row' | Date;

export interface WindowQuery {
  readonly view: FeatureView;
  /** The features wanted; what derived ones read need not be among them. */
  readonly specs: readonly FeatureSpec[];
  /** A relation of (i int, customer_id int, at timestamptz); i is unique. */
  readonly rows: Sql;
  readonly knownAt?: KnownAt;
  /** Adds `next_change_at`: when the values change though nothing happens. */
  readonly nextChange?: boolean;
  /** More conditions on event `e`, which the planner can prune partitions by. */
  readonly scope?: Sql;
}

/**
 * The features of a view of events as of each row's own instant: (i, event_at, c0, c1, ...), one scan of the events for all features. A row without any event by then does
 * not come out. History, materialisation and fresh reads all run this statement.
 */
export function windowSql(query: WindowQuery): Sql {
  const { view, specs, rows, knownAt = 'event', nextChange = false, scope } = query;
  const bases = baseSpecs(view, specs);
  const windows = [...new Set(bases.flatMap(({ aggregate }) => aggregate?.window ?? []))];
  const start = (window: string) => raw(`r.w${windows.indexOf(window)}`);
  const base = (name: string) => raw(`g.b${bases.findIndex((spec) => spec.name === name)}`);
  const aggregates = bases.map(({ aggregate }, index) => {
    const windowStart = aggregate?.window === undefined ? undefined : start(aggregate.window);
    return sql`${aggregateSql(aggregate ?? { name: 'count' }, windowStart)} as ${raw(`b${index}`)}`;
  });
  const oldest = (nextChange ? windows : []).map(
    (window, index) =>
      sql`min(e.occurred_at) filter (where e.occurred_at >= ${start(window)}) as ${raw(`m${index}`)}`,
  );
  const starts = windows.map(
    (window, index) => sql`, x.at - ${intervalOf(window)}::interval as ${raw(`w${index}`)}`,
  );
  const outputs = specs.map(
    (spec, index) => sql`, ${outputSql(spec, base)} as ${raw(`c${index}`)}`,
  );
  return sql`
    select g.i, g.event_at ${join([...outputs, empty], '')}
      ${nextChange ? sql`, ${nextChangeSql(windows, specs, base)} as next_change_at` : empty}
    from (
      select r.i, max(r.at) as at, max(e.occurred_at) as event_at
        ${join([empty, ...aggregates, ...oldest], ', ')}
      from (select x.i, x.customer_id, x.at ${join([...starts, empty], '')} from (${rows}) x) r
      join event e on e.customer_id = r.customer_id and e.occurred_at <= r.at
        ${typesSql(view)} ${knownSql(knownAt, sql`e.created_at`)} ${scope ?? empty}
      group by r.i
    ) g`;
}

function baseSpecs(view: FeatureView, specs: readonly FeatureSpec[]): FeatureSpec[] {
  const names = new Set(specs.flatMap((spec) => spec.derived?.of ?? [spec.name]));
  return view.features.filter((spec) => names.has(spec.name));
}

function outputSql({ name, derived }: FeatureSpec, base: (name: string) => Sql): Sql {
  if (!derived) return base(name);
  const [one = name, other = name] = derived.of;
  switch (derived.operation) {
    case 'ratio':
      return sql`${base(one)}::float8 / nullif(${base(other)}, 0)`;
    case 'difference':
      return sql`${base(one)}::float8 - ${base(other)}`;
    case 'daysSince':
      return daysSql(base(one));
  }
}

const daysSql = (since: Sql): Sql =>
  sql`floor(extract(epoch from (g.at - ${since})) / 86400)::int8`;

/** An event leaves a window a millisecond after its window's length has passed: both ends are in. */
function nextChangeSql(
  windows: readonly string[],
  specs: readonly FeatureSpec[],
  base: (name: string) => Sql,
): Sql {
  const leaving = windows.map(
    (window, index) =>
      sql`${raw(`g.m${index}`)} + ${intervalOf(window)}::interval + interval '1 millisecond'`,
  );
  const birthdays = specs.flatMap(({ derived }) => {
    if (derived?.operation !== 'daysSince') return [];
    const since = base(derived.of[0] ?? '');
    return [sql`${since} + (${daysSql(since)} + 1) * interval '24 hours'`];
  });
  const all = [...leaving, ...birthdays];
  return all.length === 0 ? sql`null::timestamptz` : sql`least(${join(all)})`;
}

const intervalOf = (window: string): string => `${parseDuration(window, window)} milliseconds`;

export const typesSql = ({ source }: FeatureView): Sql =>
  source.kind === 'events' && source.types.length > 0
    ? sql`and e.type = any(${source.types}::text[])`
    : empty;

/** The condition on when a row was learnt of; a row that does not say when is never known early. */
export function knownSql(knownAt: KnownAt, createdAt: Sql): Sql {
  if (knownAt === 'event') return empty;
  if (knownAt === 'row') return sql`and ${createdAt} <= r.at`;
  return sql`and ${createdAt} <= ${knownAt}::timestamptz`;
}
