import sql, { type Sql } from 'sql-template-tag';
import type { Db } from '../../src/db.ts';
import { copyLines } from '../../src/features/events/copy-lines.ts';

const TABLES = {
  event:
    'domain_id, customer_id, origin_customer_id, message_id, type, occurred_at, item_id, amount, currency, text, properties, created_at',
  event_receipt: 'domain_id, message_id, customer_id, occurred_at',
  customer_change: 'customer_id, created_at',
};

export type Table = keyof typeof TABLES;
export type Rows = Record<Table, string[]>;

/**
 * The rows of these events, which were just stored, as COPY text under fresh message ids, so that the same rows
 * can be written again by COPY alone.
 */
export async function readRows(db: Db, which: Sql): Promise<Rows> {
  const events = await db.query<Record<string, string | number | null>>(sql`
    SELECT domain_id, customer_id, origin_customer_id, 'raw-' || message_id AS message_id, type,
      occurred_at::text, item_id, amount, currency, text, properties::text, created_at::text
    FROM event WHERE ${which} ORDER BY id`);
  const customers = [...new Set(events.map(({ customer_id }) => customer_id ?? null))];
  const receipts = [...events].sort((a, b) =>
    String(a.message_id) < String(b.message_id) ? -1 : 1,
  );
  const pick = (row: Record<string, string | number | null>, columns: string) =>
    columns.split(', ').map((column) => row[column] ?? null);
  return {
    event: [...copyLines(events.map((row) => pick(row, TABLES.event)))],
    event_receipt: [...copyLines(receipts.map((row) => pick(row, TABLES.event_receipt)))],
    customer_change: [...copyLines(customers.map((id) => [id, events[0]?.created_at ?? null]))],
  };
}

/** Milliseconds that COPY takes for these rows into these tables, in one transaction. */
export async function timeCopy(db: Db, rows: Rows, tables: readonly Table[]): Promise<number> {
  const start = performance.now();
  await db.transaction(async (tx) => {
    for (const table of tables) {
      await tx.copyIn(`COPY ${table} (${TABLES[table]}) FROM STDIN`, rows[table]);
    }
  });
  return performance.now() - start;
}
