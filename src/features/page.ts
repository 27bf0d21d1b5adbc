import sql, { join, type Sql } from 'sql-template-tag';
import { CameoError } from '../errors.ts';

/** Relay's paging arguments, as GraphQL gives them. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** One column of a keyset order. `value` gives the cursor part of a row: JSON-safe, never null. */
export interface SortKey<Row> {
  /** Must never be NULL; coalesce or sort on `is null` first. */
  readonly expression: Sql;
  readonly cast: Sql;
  readonly descending: boolean;
  readonly value: (row: Row) => string | number | boolean;
}

export interface Page<Row> {
  readonly rows: Row[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  cursorOf(row: Row): string;
}

interface Window {
  readonly limit: number;
  readonly backwards: boolean;
  readonly cursor: string | undefined;
}

const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;

/**
 * Reads one keyset page. `fetch` gets the condition of the cursor, the order and the limit (one row
 * more than the page, to know whether there is a next one).
 * @throws CameoError BAD_INPUT for sizes outside 1 to 100, for `first` with `last`, for a foreign cursor.
 */
export async function readPage<Row>(
  args: PageArguments,
  keys: readonly SortKey<Row>[],
  fetch: (where: Sql, order: Sql, limit: number) => Promise<Row[]>,
): Promise<Page<Row>> {
  const window = readWindow(args);
  const where = window.cursor ? beyond(keys, parseCursor(window.cursor, keys), window) : sql`true`;
  const rows = await fetch(where, orderBy(keys, window.backwards), window.limit + 1);
  return pageOf(rows, window, keys);
}

/** The page's size, direction and cursor out of Relay's arguments. */
export function readWindow(args: PageArguments): Window {
  if (args.first != null && args.last != null)
    throw new CameoError('BAD_INPUT', 'Give `first` or `last`, not both.', ['last']);
  const backwards = args.last != null;
  const limit = args.first ?? args.last ?? DEFAULT_PAGE;
  const field = backwards ? 'last' : 'first';
  if (limit < 1 || limit > MAX_PAGE)
    throw new CameoError('BAD_INPUT', `\`${field}\` is ${limit}; it goes from 1 to ${MAX_PAGE}.`, [
      field,
    ]);
  return { limit, backwards, cursor: (backwards ? args.before : args.after) ?? undefined };
}

/** Cuts the surplus row off and turns a backwards page round. */
export function pageOf<Row>(
  fetched: Row[],
  window: Window,
  keys: readonly SortKey<Row>[],
): Page<Row> {
  const more = fetched.length > window.limit;
  const rows = more ? fetched.slice(0, window.limit) : fetched;
  const continued = window.cursor !== undefined;
  return {
    rows: window.backwards ? rows.reverse() : rows,
    hasNextPage: window.backwards ? continued : more,
    hasPreviousPage: window.backwards ? more : continued,
    cursorOf: (row) => encodeCursor(keys.map((key) => key.value(row))),
  };
}

/** An opaque cursor: base64url of the row's sort values. */
function encodeCursor(values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/**
 * The sort values inside a cursor.
 * @throws CameoError BAD_INPUT when it was not made by this list.
 */
export function parseCursor<Row>(cursor: string, keys: readonly SortKey<Row>[]): unknown[] {
  const foreign = new CameoError('BAD_INPUT', 'This cursor is not one of this list.', ['after']);
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const fits = Array.isArray(values) && values.length === keys.length;
    if (fits && values.every((value) => ['string', 'number', 'boolean'].includes(typeof value)))
      return values;
  } catch {
    throw foreign;
  }
  throw foreign;
}

/** Rows strictly beyond the cursor: (a > x) or (a = x and (b > y or ...)). */
function beyond<Row>(keys: readonly SortKey<Row>[], values: unknown[], window: Window): Sql {
  const [key, ...rest] = keys;
  if (!key) return sql`false`;
  const [value, ...others] = values;
  const bound = sql`${value}::${key.cast}`;
  const past =
    key.descending === window.backwards
      ? sql`${key.expression} > ${bound}`
      : sql`${key.expression} < ${bound}`;
  if (rest.length === 0) return past;
  return sql`(${past} or (${key.expression} = ${bound} and ${beyond(rest, others, window)}))`;
}

function orderBy<Row>(keys: readonly SortKey<Row>[], backwards: boolean): Sql {
  return join(
    keys.map((key) =>
      key.descending === backwards ? sql`${key.expression} asc` : sql`${key.expression} desc`,
    ),
  );
}
