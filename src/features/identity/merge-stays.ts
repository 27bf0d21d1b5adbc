import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';

export interface Edge {
  readonly id: number;
  readonly into: number;
  readonly from: number;
}

/**
 * Moves segment stays, static lists, labels and predictions of a merged customer. What `into` has
 * already (a stay in the same segment at the same time, a place on the same list, a prediction for
 * the same task) stays with `from`, out of sight.
 */
export async function moveStays(tx: Queryable, edge: Edge): Promise<void> {
  await keepStays(tx, edge);
  await moveRows(tx, edge.into, edge.from);
  await tx.query(sql`DELETE FROM segment_transition WHERE customer_id = ${edge.from}`);
}

/** Moves what `into` does not have already and notes whose it is. */
export async function moveRows(tx: Queryable, into: number, from: number): Promise<void> {
  await tx.query(sql`
    UPDATE segment_membership AS stay
    SET customer_id = ${into}, origin_customer_id = coalesce(origin_customer_id, ${from})
    WHERE customer_id = ${from} AND NOT EXISTS (
      SELECT FROM segment_membership AS theirs
      WHERE theirs.customer_id = ${into} AND theirs.segment_id = stay.segment_id
        AND theirs.entered_at <= coalesce(stay.exited_at, 'infinity')
        AND stay.entered_at <= coalesce(theirs.exited_at, 'infinity')
    )`);
  await tx.query(sql`
    UPDATE segment_list_member AS listed
    SET customer_id = ${into}, origin_customer_id = coalesce(origin_customer_id, ${from})
    WHERE customer_id = ${from} AND segment_id NOT IN (
      SELECT segment_id FROM segment_list_member WHERE customer_id = ${into}
    )`);
  await tx.query(sql`
    UPDATE label
    SET customer_id = ${into}, origin_customer_id = coalesce(origin_customer_id, ${from})
    WHERE customer_id = ${from}`);
  await tx.query(sql`
    UPDATE prediction
    SET customer_id = ${into}, origin_customer_id = coalesce(origin_customer_id, ${from})
    WHERE customer_id = ${from} AND task NOT IN (
      SELECT task FROM prediction WHERE customer_id = ${into}
    )`);
}

/** Writes down what an unmerge could not tell from the rows: refreshes open and close stays. */
async function keepStays(tx: Queryable, { id, into, from }: Edge): Promise<void> {
  await tx.query(sql`
    INSERT INTO identity_merge_stays (merge_id, from_stays, into_open)
    SELECT ${id},
      coalesce(jsonb_agg(to_jsonb(stay)) FILTER (WHERE customer_id = ${from}), '[]'),
      coalesce(
        jsonb_agg(to_jsonb(stay)) FILTER (WHERE customer_id = ${into} AND exited_at IS NULL), '[]'
      )
    FROM segment_membership AS stay WHERE customer_id IN (${into}, ${from})`);
}

/**
 * Takes back what `moveStays` did: the stays of the customer that leaves become what they were at the
 * merge, those that the merge or what came after it had ended for the other one are open again. The
 * next refresh brings in what later events changed. `members` are `edge.from` and whoever it stands for.
 */
export async function restoreStays(
  tx: Queryable,
  edge: Edge,
  members: readonly number[],
): Promise<void> {
  const { id, into, from } = edge;
  await tx.query(sql`
    DELETE FROM segment_membership
    WHERE customer_id = ${from} OR origin_customer_id = ANY(${members}::int[])
      AND customer_id <> ALL(${members}::int[])`);
  await tx.query(sql`
    INSERT INTO segment_membership
    SELECT stay.*
    FROM identity_merge_stays AS kept,
      jsonb_populate_recordset(NULL::segment_membership, kept.from_stays) AS stay
    JOIN segment ON segment.id = stay.segment_id
    WHERE kept.merge_id = ${id}
      AND coalesce(stay.origin_customer_id, ${from}) = ANY(${members}::int[])`);
  await tx.query(sql`
    UPDATE segment_membership AS stay SET exited_at = NULL
    FROM identity_merge_stays AS kept,
      jsonb_populate_recordset(NULL::segment_membership, kept.into_open) AS open
    WHERE kept.merge_id = ${id} AND stay.exited_at IS NOT NULL
      AND stay.segment_id = open.segment_id AND stay.entered_at = open.entered_at
      AND coalesce(stay.origin_customer_id, stay.customer_id)
        = coalesce(open.origin_customer_id, ${into})`);
  await returnRows(tx, from, members);
}

async function returnRows(
  tx: Queryable,
  customer: number,
  members: readonly number[],
): Promise<void> {
  await tx.query(sql`
    UPDATE segment_list_member
    SET customer_id = ${customer}, origin_customer_id = nullif(origin_customer_id, ${customer})
    WHERE origin_customer_id = ANY(${members}::int[]) AND customer_id <> ALL(${members}::int[])`);
  await tx.query(sql`
    UPDATE label
    SET customer_id = ${customer}, origin_customer_id = nullif(origin_customer_id, ${customer})
    WHERE origin_customer_id = ANY(${members}::int[]) AND customer_id <> ALL(${members}::int[])`);
  await tx.query(sql`
    UPDATE prediction
    SET customer_id = ${customer}, origin_customer_id = nullif(origin_customer_id, ${customer})
    WHERE origin_customer_id = ANY(${members}::int[]) AND customer_id <> ALL(${members}::int[])`);
}
