import sql from 'sql-template-tag';
import type { Db } from '../../db.ts';

/** How far an import has come: everything up to record `records` is settled. */
export interface Checkpoint {
  records: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  skipped: Record<string, number>;
  /** Length of the `.rejected` file that goes with it. */
  rejectedBytes: number;
}

export const newCheckpoint = (): Checkpoint => ({
  records: 0,
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  skipped: {},
  rejectedBytes: 0,
});

/** Where an import that was broken off goes on; undefined when it is new or was finished. */
export async function readCheckpoint(db: Db, key: string): Promise<Checkpoint | undefined> {
  const rows = await db.query<Checkpoint>(sql`
    SELECT records, accepted, duplicates, rejected, skipped, rejected_bytes AS "rejectedBytes"
    FROM import_checkpoint WHERE key = ${key}`);
  return rows[0];
}

export async function writeCheckpoint(
  db: Db,
  key: string,
  { records, accepted, duplicates, rejected, skipped, rejectedBytes }: Checkpoint,
  now: Date,
): Promise<void> {
  await db.query(sql`
    INSERT INTO import_checkpoint VALUES (${key}, ${records}, ${accepted}, ${duplicates},
      ${rejected}, ${JSON.stringify(skipped)}, ${rejectedBytes}, ${now})
    ON CONFLICT (key) DO UPDATE SET records = excluded.records, accepted = excluded.accepted,
      duplicates = excluded.duplicates, rejected = excluded.rejected, skipped = excluded.skipped,
      rejected_bytes = excluded.rejected_bytes, updated_at = excluded.updated_at`);
}

export async function clearCheckpoint(db: Db, key: string): Promise<void> {
  await db.query(sql`DELETE FROM import_checkpoint WHERE key = ${key}`);
}
