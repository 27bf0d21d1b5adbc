import type { Deps } from '../context.ts';
import type { Queryable } from '../db.ts';
import type { Source } from './refresh-claim.ts';
import { clearRefreshFailures, knownFailures, recordRefreshFailure } from './refresh-failures.ts';
import type { Refreshers } from './refreshers.ts';
import { isTransient } from './transient.ts';

export interface PageContext {
  readonly deps: Deps;
  readonly refreshers: Refreshers;
  /** The instant that features and segments are brought up to date with. */
  readonly at: Date;
  readonly pageSize: number;
}

/**
 * Refreshes the next page of a source in one transaction. When that fails, the page is halved until
 * the customers that cause it are alone: the others are refreshed, these are written down.
 * @returns how many customers it has dealt with; 0 when there is no more to do
 * @throws what says nothing about the customers, such as a lost connection
 */
export async function refreshPage(context: PageContext, source: Source): Promise<number> {
  let page: Split = { well: [], known: [] };
  const dealt = await attempt(context, async (tx) => {
    const claim = await source.claim(tx);
    page = await split(tx, claim.customers);
    // Only the well are settled with this transaction; each known failure has one of its own.
    const own = page.known.length > 0 ? await source.claim(tx, page.well) : claim;
    await refresh(context, tx, page.well);
    await own.settle(tx);
    return page.well.length;
  }).catch((error: unknown) => halve(context, source, page.well, error));
  return dealt + (source.known === 'alone' ? await each(context, source, page.known) : 0);
}

interface Split {
  readonly well: readonly number[];
  readonly known: readonly number[];
}

async function split(tx: Queryable, customers: readonly number[]): Promise<Split> {
  const known = new Set(await knownFailures(tx, customers));
  return {
    well: customers.filter((id) => !known.has(id)),
    known: customers.filter((id) => known.has(id)),
  };
}

const attempt = <Result>({ deps }: PageContext, work: (tx: Queryable) => Promise<Result>) =>
  deps.db.transaction(work);

async function refresh(
  { refreshers, at }: PageContext,
  tx: Queryable,
  customers: readonly number[],
): Promise<void> {
  if (customers.length === 0) return;
  await refreshers.materializeCustomers(tx, customers, at);
  await refreshers.refreshCustomers(tx, customers, at);
}

async function each(context: PageContext, source: Source, ids: readonly number[]) {
  let dealt = 0;
  for (const id of ids) dealt += await refreshSome(context, source, [id]);
  return dealt;
}

/** The same for given customers, less those that another refresh has taken meanwhile. */
function refreshSome(
  context: PageContext,
  source: Source,
  ids: readonly number[],
): Promise<number> {
  return attempt(context, async (tx) => {
    const claim = await source.claim(tx, ids);
    await refresh(context, tx, claim.customers);
    await clearRefreshFailures(tx, claim.customers);
    await claim.settle(tx);
    return claim.customers.length;
  }).catch((error: unknown) => halve(context, source, ids, error));
}

async function halve(
  context: PageContext,
  source: Source,
  ids: readonly number[],
  error: unknown,
): Promise<number> {
  const [only] = ids;
  if (only === undefined || isTransient(error)) throw error;
  if (ids.length === 1) return giveUp(context, source, only, error);
  const middle = ids.length >> 1;
  const first = await refreshSome(context, source, ids.slice(0, middle));
  return first + (await refreshSome(context, source, ids.slice(middle)));
}

async function giveUp(context: PageContext, source: Source, id: number, error: unknown) {
  const { deps, at } = context;
  deps.log.error({ customer: id, err: error }, 'a customer could not be refreshed');
  return attempt(context, async (tx) => {
    const claim = await source.claim(tx, [id]);
    await recordRefreshFailure(tx, id, error, at);
    await claim.settle(tx);
    return source.consumes ? claim.customers.length : 0;
  });
}
