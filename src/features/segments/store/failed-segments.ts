import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';

/** The keys of the rule segments whose last evaluation failed, in order. */
export async function failedSegments(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ key: string }>(
    sql`select key from segment where kind = 'RULE' and error is not null order by key`,
  );
  return rows.map(({ key }) => key);
}
