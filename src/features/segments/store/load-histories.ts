import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import type { CatalogEntry, Catalogs, FeatureCatalog } from '../catalog.ts';
import type { HistoryEvent, Reading, SegmentRecord, TraitChange } from '../memory/history.ts';
import { type References, referencesOf } from '../rule/references.ts';
import type { Rule } from '../rule/types.ts';
import { eventNeeds } from './event-needs.ts';
import { loadEvents } from './load-events.ts';

/** A customer's history that a walk through time may go on writing to. */
export interface LiveHistory {
  readonly events: HistoryEvent[];
  readonly traits: TraitChange[];
  readonly features: Map<string, Reading>;
  readonly predictions: Map<string, Reading>;
  readonly segments: Map<string, SegmentRecord>;
}

export interface Loaded {
  readonly histories: ReadonlyMap<number, LiveHistory>;
  /** Features and tasks whose values could not be read, with the reason. */
  readonly broken: ReadonlyMap<string, string>;
}

/**
 * What these rules ask about these customers, in a number of statements that does not grow with the
 * customers: the events that a rule can see at `since` (at most `at`, which it is when left out) or
 * later, future ones included; traits of all time; readings as of `at`. The stays of the segments
 * that rules refer to come with `segments`; its time is that of the stored rows.
 */
export async function loadHistories(
  tx: Queryable,
  catalogs: Catalogs,
  rules: readonly Rule[],
  customerIds: readonly number[],
  at: Date,
  since: Date = at,
): Promise<Loaded> {
  const references = referencesOf(rules);
  const histories = new Map(customerIds.map((id) => [id, emptyHistory()]));
  await loadEvents(tx, eventNeeds(rules), since.getTime(), histories);
  await loadTraits(tx, references, histories);
  await loadStays(tx, references, histories);
  const broken = new Map<string, string>();
  for (const name of references.features)
    await loadReadings(tx, catalogs.features, 'features', name, at, histories, broken);
  for (const name of references.predictions)
    await loadReadings(tx, catalogs.predictions, 'predictions', name, at, histories, broken);
  return { histories, broken };
}

const emptyHistory = (): LiveHistory => ({
  events: [],
  traits: [],
  features: new Map(),
  predictions: new Map(),
  segments: new Map(),
});

type Histories = ReadonlyMap<number, LiveHistory>;

/** Milliseconds since the epoch: cheaper than dates where rows are many. */
const ms = (column: Sql): Sql => sql`(extract(epoch from ${column}) * 1000)::float8`;

async function loadTraits(
  tx: Queryable,
  { traits }: References,
  histories: Histories,
): Promise<void> {
  if (traits.size === 0) return;
  const rows = await tx.query<TraitChange & { customerId: number }>(sql`
    select t.customer_id as "customerId", t.id, t.name, ${ms(sql`t.at`)} as at, t.value
    from trait_value t
    where t.customer_id = any(${[...histories.keys()]}::int4[]) and t.name = any(${[...traits]}::text[])
    order by t.customer_id, t.at, t.id`);
  for (const row of rows) histories.get(row.customerId)?.traits.push(row);
}

async function loadStays(
  tx: Queryable,
  { segments }: References,
  histories: Histories,
): Promise<void> {
  if (segments.size === 0) return;
  const rows = await tx.query<{
    customerId: number;
    key: string;
    stays: { entered: number; exited: number | null }[] | null;
    next: number | null;
  }>(sql`
    select x.id as "customerId", s.key, ${ms(sql`t.at`)} as next,
           (select json_agg(json_build_object('entered', ${ms(sql`m.entered_at`)}, 'exited', ${ms(sql`m.exited_at`)}))
            from segment_membership m where m.customer_id = x.id and m.segment_id = s.id) as stays
    from unnest(${[...histories.keys()]}::int4[]) as x (id)
    cross join segment s
    left join segment_transition t on t.customer_id = x.id and t.segment_id = s.id
    where s.key = any(${[...segments]}::text[])`);
  for (const { customerId, key, stays, next } of rows)
    histories.get(customerId)?.segments.set(key, {
      stays: (stays ?? []).map(({ entered, exited }) => ({ entered, exited: exited ?? undefined })),
      nextTransition: next ?? undefined,
    });
}

async function loadReadings(
  tx: Queryable,
  catalog: FeatureCatalog,
  kind: 'features' | 'predictions',
  name: string,
  at: Date,
  histories: Histories,
  broken: Map<string, string>,
): Promise<void> {
  const entry = catalog.lookup(name, at);
  if (!entry) {
    broken.set(
      name,
      `There is no ${kind === 'features' ? 'feature' : 'prediction task'} "${name}".`,
    );
    return;
  }
  try {
    const rows = await readEntry(tx, entry, [...histories.keys()]);
    const until = entry.recheckMs === undefined ? undefined : at.getTime() + entry.recheckMs;
    for (const { customerId, value } of rows)
      histories.get(customerId)?.[kind].set(name, { value, until });
  } catch (error) {
    broken.set(name, `"${name}" could not be read: ${(error as Error).message}`);
  }
}

/** Behind a savepoint, so that one broken feature does not undo the caller's transaction. */
async function readEntry(tx: Queryable, entry: CatalogEntry, customerIds: readonly number[]) {
  await tx.query(sql`savepoint reading`);
  try {
    const rows = await tx.query<{ customerId: number; value: Reading['value'] }>(sql`
      select r.customer_id as "customerId", r.value from (${entry.valueSql}) r
      where r.customer_id = any(${customerIds}::int4[])`);
    await tx.query(sql`release savepoint reading`);
    return rows;
  } catch (error) {
    await tx.query(sql`rollback to savepoint reading`);
    throw error;
  }
}
