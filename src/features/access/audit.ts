import sql from 'sql-template-tag';
import type { Actor } from '../../auth.ts';
import type { Queryable } from '../../db.ts';

export interface AuditEntry {
  readonly actor: Actor;
  /** The mutation's name, `segmentSave`. */
  readonly action: string;
  /** What it was about, without personal data: see `summarise`. */
  readonly subject: unknown;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  /** The database's time when absent. */
  readonly at?: Date;
}

/**
 * Writes one line to the audit log: within the mutation's transaction for what must not be without
 * it, on the database itself for what was refused and rolled back.
 */
export async function audit(tx: Queryable, entry: AuditEntry): Promise<void> {
  const { actor, action, subject, outcome, at } = entry;
  await tx.query(sql`
    insert into audit_log (at, actor, action, subject, outcome)
    values (coalesce(${at ?? null}::timestamptz, now()), ${actor.id}, ${action},
            ${JSON.stringify(subject ?? null)}, ${outcome})`);
}
