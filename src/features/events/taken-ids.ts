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
      FROM unnest(${messageIds}::text[]) AS asked(id)
      JOIN event_receipt r ON r.domain_id = ${domainId} AND r.message_id = asked.id
      JOIN customer c ON c.id = r.customer_id`,
  );
  return new Map(rows.map(({ id, customer }) => [id, customer]));
}
