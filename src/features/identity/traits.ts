import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';

/** A value that a trait got; JSON null unsets it. */
export interface TraitChange {
  readonly customer: number;
  readonly origin: number;
  readonly name: string;
  readonly json: string;
  readonly source: string;
  readonly at: Date;
}

/** Appends to the history of traits and brings `customer.traits` up to date with it. */
export async function setTraits(
  tx: Queryable,
  changes: readonly TraitChange[],
  now: Date,
): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(sql`
    INSERT INTO trait_value (customer_id, origin_customer_id, name, value, source, at, created_at)
    SELECT customer, origin, name, value::jsonb, source, at, ${now}
    FROM unnest(
      ${changes.map(({ customer }) => customer)}::int[],
      ${changes.map(({ origin }) => origin)}::int[],
      ${changes.map(({ name }) => name)}::text[],
      ${changes.map(({ json }) => json)}::text[],
      ${changes.map(({ source }) => source)}::text[],
      ${changes.map(({ at }) => at.toISOString())}::timestamptz[]
    ) WITH ORDINALITY AS change(customer, origin, name, value, source, at, place)
    ORDER BY place`);
  const touched = new Map(changes.map((each) => [`${each.customer}\0${each.name}`, each]));
  await foldTraits(tx, [...touched.values()]);
}

/**
 * Sets these traits of these customers to what their history says: the newest value wins, ties go to
 * the one that was learnt last, and JSON null or no history at all is no trait.
 */
export async function foldTraits(
  tx: Queryable,
  touched: readonly { readonly customer: number; readonly name: string }[],
): Promise<void> {
  if (touched.length === 0) return;
  await tx.query(sql`
    WITH touched AS (
      SELECT * FROM unnest(
        ${touched.map(({ customer }) => customer)}::int[],
        ${touched.map(({ name }) => name)}::text[]
      ) AS touched(customer_id, name)
    ), newest AS (
      SELECT customer_id, name, (
        SELECT value FROM trait_value t
        WHERE t.customer_id = touched.customer_id AND t.name = touched.name
        ORDER BY at DESC, id DESC LIMIT 1
      ) AS value
      FROM touched
    ), folded AS (
      SELECT customer_id, array_agg(name) AS names,
        coalesce(
          jsonb_object_agg(name, value) FILTER (WHERE value IS NOT NULL AND value <> 'null'),
          '{}'
        ) AS traits
      FROM newest GROUP BY customer_id
    )
    UPDATE customer SET traits = (customer.traits - folded.names) || folded.traits
    FROM folded WHERE customer.id = folded.customer_id`);
}
