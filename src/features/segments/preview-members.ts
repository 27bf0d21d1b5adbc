import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { SegmentDeps } from './deps.ts';
import { type Drawn, drawCustomers } from './preview-sample.ts';
import type { Rule } from './rule/types.ts';
import { membersSql } from './sql/compile.ts';

/** Ids in ascending order. */
export interface Found {
  readonly members: readonly number[];
  /** Undefined: all customers were looked at. */
  readonly drawn: Drawn | undefined;
}

/** Everybody, else a sample, else a smaller one: how many customers, and how long it may take. */
const ATTEMPTS = [
  { size: Number.POSITIVE_INFINITY, ms: 250 },
  { size: 1_000, ms: 300 },
  { size: 200, ms: 5_000 },
] as const;

/**
 * Whom a rule holds for, or how it looks in a sample where that takes too long.
 * @throws CameoError UNAVAILABLE when even a small sample does.
 */
export async function findMembers(
  deps: SegmentDeps,
  rule: Rule,
  domainId: number,
  at: Date,
): Promise<Found> {
  for (const { size, ms } of ATTEMPTS) {
    const drawn = Number.isFinite(size) ? await drawCustomers(deps.db, domainId, size) : undefined;
    const members = await within(deps, ms, (tx) => idsOf(deps, tx, rule, domainId, at, drawn?.ids));
    if (members) return { members, drawn };
  }
  throw new CameoError('UNAVAILABLE', 'The database is too busy to try this rule; try again.');
}

const QUERY_CANCELED = '57014';

/** Undefined when it takes longer. */
async function within<Result>(
  deps: SegmentDeps,
  ms: number,
  work: (tx: Queryable) => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await deps.db.transaction(async (tx) => {
      await tx.query(sql`select set_config('statement_timeout', ${String(ms)}, true)`);
      return work(tx);
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== QUERY_CANCELED) throw error;
    return undefined;
  }
}

async function idsOf(
  { catalogs }: SegmentDeps,
  db: Queryable,
  rule: Rule,
  domainId: number,
  at: Date,
  customers?: readonly number[],
): Promise<number[]> {
  const rows = await db.query<{ customer_id: number }>(
    membersSql(rule, { domainId, at, catalogs, customers }),
  );
  return rows.map((row) => row.customer_id).sort((a, b) => a - b);
}
