import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';

/** Newest labels that tell what a task is about. */
const LOOKED_AT = 1_000;

/**
 * What the model of a task reads when nobody says: the event's text where most labels are about
 * messages, else the customer in words.
 */
export async function usualText(
  db: Queryable,
  domainId: number,
  task: string,
): Promise<'EVENTS' | 'CUSTOMER'> {
  const [found] = await db.query<{ messages: number; labels: number }>(sql`
    select count(message_id)::int as messages, count(*)::int as labels from (
      select message_id from label where domain_id = ${domainId} and task = ${task}
      order by at desc limit ${LOOKED_AT}
    ) newest`);
  return found && found.messages * 2 > found.labels ? 'EVENTS' : 'CUSTOMER';
}
