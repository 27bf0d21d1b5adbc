import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { mask } from '../../ml/text/mask.ts';
import { groupInOrder } from '../batch.ts';
import { knownPiiOf } from '../training/known-pii.ts';
import type { CustomerText } from './embedder.ts';

/** What each customer wrote, newest first, at most `limit` texts; in the order of `customerIds`. */
export async function newestTexts(
  db: Queryable,
  customerIds: readonly number[],
  limit: number,
): Promise<string[][]> {
  const rows = await db.prepared<{ id: number; text: string }>(
    'newest_texts',
    sql`
    select c.id, e.text from unnest(${customerIds}::int4[]) as c (id) cross join lateral (
      select text from event where customer_id = c.id and text <> ''
      order by occurred_at desc, id desc limit ${limit}
    ) e`,
  );
  return groupInOrder(customerIds, rows, ({ id }) => id).map((own) => own.map(({ text }) => text));
}

/** Enough to know somebody by; a model reads no further anyway. */
const TEXTS = 20;

/** A customer's newest texts as one, personal data masked, for those who wrote any. */
export async function readEventTexts(
  db: Queryable,
  customerIds: readonly number[],
): Promise<CustomerText[]> {
  const texts = await newestTexts(db, customerIds, TEXTS);
  const known = await knownPiiOf(db, customerIds);
  return customerIds.flatMap((customerId, index) => {
    const text = mask((texts[index] ?? []).join('\n'), known.get(customerId));
    const textHash = createHash('sha256').update(text).digest('hex');
    return text === '' ? [] : [{ customerId, text, textHash }];
  });
}
