import sql, { type Sql } from 'sql-template-tag';
import { type Actor, maySee } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { CameoError, type UserError } from '../../errors.ts';
import { type Page, type PageArguments, readPage } from '../page.ts';
import type { Json } from './rule/types.ts';

export interface SegmentRow {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly domain: string;
  readonly domainId: number;
  readonly kind: 'RULE' | 'STATIC' | 'LEARNED';
  readonly rule: Json;
  readonly version: number;
  readonly size: number;
  /** The last good evaluation. */
  readonly refreshedAt: Date | null;
  /** Why the newest evaluation failed; the members are then those of `refreshedAt`. */
  readonly error: UserError | null;
  readonly errorAt: Date | null;
}

const KEY = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** @throws CameoError BAD_INPUT for a key that no segment may have. */
export function requireSegmentKey(key: string): void {
  if (KEY.test(key)) return;
  throw new CameoError(
    'BAD_INPUT',
    'A segment is named by 1..63 characters of a-z, 0-9, _ and -, the first a letter or digit.',
    ['key'],
  );
}

const COLUMNS: Sql = sql`s.id, s.key, s.name, d.key as domain, s.domain_id as "domainId", s.kind,
  s.rule, s.version, s.size, s.refreshed_at as "refreshedAt", s.error_at as "errorAt",
  case when s.error is not null
       then jsonb_build_object('code', 'UNAVAILABLE', 'message', s.error) end as error`;

/** Undefined when there is none, or none that the actor may see. */
export async function segmentByKey(
  db: Queryable,
  actor: Actor,
  key: string,
): Promise<SegmentRow | undefined> {
  const [row] = await segmentsByKey(db, actor, [key]);
  return row;
}

/** Several at once, in the order of `keys`. */
export async function segmentsByKey(
  db: Queryable,
  actor: Actor,
  keys: readonly string[],
): Promise<(SegmentRow | undefined)[]> {
  const rows = await db.query<SegmentRow>(
    sql`select ${COLUMNS} from segment s join domain d on d.id = s.domain_id where s.key = any(${keys}::text[])`,
  );
  const byKey = new Map(rows.filter((row) => maySee(actor, row.domain)).map((r) => [r.key, r]));
  return keys.map((key) => byKey.get(key));
}

/**
 * A page of segments by key.
 * @throws CameoError BAD_INPUT for a page size outside 1 to 100 or a foreign cursor.
 */
export async function listSegments(
  db: Queryable,
  actor: Actor,
  args: PageArguments,
): Promise<Page<SegmentRow>> {
  const seen =
    actor.domains === 'all' ? sql`true` : sql`d.key = any(${[...actor.domains]}::text[])`;
  const byKey = {
    expression: sql`s.key`,
    cast: sql`text`,
    descending: false,
    value: (row: SegmentRow) => row.key,
  };
  return readPage(args, [byKey], (where, order, limit) =>
    db.query<SegmentRow>(sql`
      select ${COLUMNS} from segment s join domain d on d.id = s.domain_id
      where ${seen} and ${where} order by ${order} limit ${limit}`),
  );
}

/** Segments whose newest evaluation failed, for `health`: each with its last good time. */
export async function failingSegments(db: Queryable): Promise<SegmentRow[]> {
  return db.query<SegmentRow>(
    sql`select ${COLUMNS} from segment s join domain d on d.id = s.domain_id where s.error is not null order by s.key`,
  );
}
