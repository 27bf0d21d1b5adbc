import sql, { empty } from 'sql-template-tag';
import { CameoError } from '../../errors.ts';
import { isCustomer } from './entity.ts';
import { type Executor, executorOn, type StoreDb, transaction } from './postgres.ts';
import { keepNewest, latestSql } from './push.ts';
import { expiredCustomers, refreshCustomers } from './refresh.ts';
import { type State, type StoredView, servicesOf } from './state.ts';
import { featureColumn, historyTable, keyColumn, keySql, valuesSql } from './tables.ts';
import { lockVectors, rebuildAll } from './vectors.ts';

export interface MaterializeInput {
  readonly views: readonly StoredView[];
  /** Only who has an event, and what was pushed for a time, from here on. */
  readonly from?: Date | undefined;
  /** As of when; now unless given. */
  readonly to: Date;
  /** Told after each page how many customers are done. */
  readonly onPage?: ((done: number) => void) | undefined;
}

export interface MaterializeResult {
  /** Customers computed in this call, over all pages. */
  readonly customers: number;
  readonly pages: number;
}

const PAGE = 2000;

/**
 * Computes all rows of views anew: customers in pages by id, a transaction a page. An interrupted
 * run goes on behind its last page, and two at once share the pages between them.
 */
export async function materializeViews(
  db: StoreDb,
  state: State,
  input: MaterializeInput,
): Promise<MaterializeResult> {
  const events = input.views.filter(({ view }) => view.source.kind === 'events');
  for (const stored of input.views) {
    if (stored.view.source.kind === 'pushed') await restoreLatest(db, state, stored, input);
  }
  if (events.length === 0) return { customers: 0, pages: 0 };
  const run = await startRun(db, events, input);
  let customers = 0;
  let pages = 0;
  for (;;) {
    const done = await transaction(db, (tx) => nextPage(tx, state, run, events, input));
    if (done === 0) break;
    customers += done;
    pages += 1;
    input.onPage?.(customers);
  }
  await removeStrangers(db, events);
  return withStatistics(db, { customers, pages });
}

async function startRun(
  db: StoreDb,
  events: readonly StoredView[],
  { from = null, to }: Omit<MaterializeInput, 'from'> & { from?: Date | null | undefined },
): Promise<number> {
  const views = events.map(({ view }) => `${view.name}@${view.version}`).join(',');
  return transaction(db, async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(hashtext(${views}))`);
    const [open] = await tx.query<{ id: number }>(sql`
      select id from feature_materialization
      where views = ${views} and from_at is not distinct from ${from}::timestamptz
        and finished_at is null order by id limit 1`);
    if (open) return open.id;
    const [made] = await tx.query<{ id: number }>(sql`
      insert into feature_materialization (views, from_at, to_at, started_at)
      values (${views}, ${from}::timestamptz, ${to}, ${to}) returning id`);
    return made?.id ?? 0;
  });
}

/** Works off the page behind the run's cursor; 0 when there is none. */
async function nextPage(
  tx: Executor,
  state: State,
  run: number,
  events: readonly StoredView[],
  { from, to }: MaterializeInput,
): Promise<number> {
  const [row] = await tx.query<{ cursor: string | null }>(sql`
    select cursor from feature_materialization where id = ${run} and finished_at is null for update`);
  if (!row) return 0;
  const active = from
    ? sql`and exists (select 1 from event e where e.customer_id = c.id
        and e.occurred_at between ${from}::timestamptz and ${to}::timestamptz)`
    : empty;
  const customers = await tx.query<{ id: number }>(sql`
    select c.id from customer c
    where c.id > ${Number(row.cursor ?? 0)}::int and c.merged_into_id is null ${active}
    order by c.id limit ${PAGE}`);
  const ids = customers.map(({ id }) => id);
  await refreshCustomers(tx, state, ids, to, events);
  await tx.query(sql`
    update feature_materialization set pages = pages + ${ids.length > 0 ? 1 : 0},
      rows = rows + ${ids.length}, cursor = coalesce(${ids.at(-1)?.toString() ?? null}, cursor),
      finished_at = case when ${ids.length === 0} then ${to}::timestamptz end
    where id = ${run}`);
  return ids.length;
}

/** Rows of customers that are gone, or were merged into others. */
async function removeStrangers(db: StoreDb, events: readonly StoredView[]): Promise<void> {
  await executorOn(db.pool).query(sql`
    delete from feature_store.online_row o
    where o.view_id = any(${events.map(({ id }) => id)}::int[]) and not exists (
      select 1 from customer c where c.id = o.customer_id and c.merged_into_id is null)`);
}

/** A pushed view's online rows, out of its history, and the vectors that hold them. */
async function restoreLatest(
  db: StoreDb,
  state: State,
  { id, view, columns }: StoredView,
  { from, to }: MaterializeInput,
): Promise<void> {
  const key = keySql(view.entity.keys.map(keyColumn));
  const [first] = view.entity.keys;
  const customer = isCustomer(view.entity) && first ? keyColumn(first) : sql`null::int`;
  const values = valuesSql(columns, (column) => featureColumn(column.name));
  const rows = sql`(select * from ${historyTable(view)} where event_at <= ${to}::timestamptz
    ${from ? sql`and event_at >= ${from}::timestamptz` : empty}) h`;
  await transaction(db, async (tx) => {
    await lockVectors(tx, view.entity.name);
    await tx.query(sql`
      insert into feature_store.online_row as o
        (view_id, key, customer_id, event_at, created_at, seq, vals)
      ${latestSql(id, key, customer, values, rows)} ${keepNewest}`);
    for (const service of servicesOf(state, [id])) await rebuildAll(tx, service);
  });
}

/** Called with each page's customers in the page's transaction, after their features. */
export type OnRefresh = (tx: Executor, customerIds: number[], at: Date) => Promise<void>;

/**
 * Brings up to date whoever is dirty (`customer_change`) or whose windows have moved on: pages of
 * customers, each claimed, computed and checked off in one transaction.
 */
export async function materializeDirty(
  db: StoreDb,
  state: State,
  at: Date,
  onRefresh: OnRefresh | undefined,
): Promise<MaterializeResult> {
  let customers = 0;
  let pages = 0;
  for (const claim of [claimDirty, claimExpired]) {
    for (;;) {
      const done = await transaction(db, async (tx) => {
        const ids = await claim(tx, state, at);
        await refreshCustomers(tx, state, ids, at);
        if (ids.length > 0) await onRefresh?.(tx, ids, at);
        return ids.length;
      });
      if (done === 0) break;
      customers += done;
      pages += 1;
    }
  }
  return withStatistics(db, { customers, pages });
}

async function claimDirty(tx: Executor): Promise<number[]> {
  const rows = await tx.query<{ customer_id: number }>(sql`
    delete from customer_change where id = any(array(
      select id from customer_change order by id limit ${PAGE} for update skip locked))
    returning customer_id`);
  return [...new Set(rows.map((row) => row.customer_id))];
}

async function claimExpired(tx: Executor, state: State, at: Date): Promise<number[]> {
  // Whoever comes second waits here, and then no longer finds what the first has done.
  await lockVectors(tx, 'customer');
  return expiredCustomers(tx, state, at, PAGE);
}

/** @throws CameoError BAD_INPUT unless `to` has come and lies behind `from`. */
export function checkSpan(from: Date | undefined, to: Date, now: Date): void {
  if (to > now) {
    throw new CameoError('BAD_INPUT', `materialize: "to" (${to.toISOString()}) is yet to come.`);
  }
  if (from && from > to) {
    throw new CameoError('BAD_INPUT', `materialize: "from" (${from.toISOString()}) is after "to".`);
  }
}

/** So many rows that the planner's idea of the table is wrong until it looks again. */
const MANY = 1_000;

async function withStatistics(db: StoreDb, result: MaterializeResult): Promise<MaterializeResult> {
  if (result.customers >= MANY)
    await executorOn(db.pool).query(sql`analyze feature_store.online_row`);
  return result;
}
