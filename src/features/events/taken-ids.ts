import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';

/** The message ids among these that the domain has already, each with the living customer of its event. */
export async function takenMessageIds(
  tx: Queryable,
  domainId: number,
  messageIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await tx.prepared<{ id: string; customer: number }>(
    'taken-message-ids',
    sql`
      SELECT r.message_id AS id, coalesce(c.merged_into_id, c.id) AS customer
      FROM event_receipt r JOIN customer c ON c.id = r.customer_id
      WHERE r.domain_id = ${domainId} AND r.message_id = ANY(${messageIds}::text[])`,
  );
  return new Map(rows.map(({ id, customer }) => [id, customer]));
}
