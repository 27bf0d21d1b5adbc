import sql, { type Sql } from 'sql-template-tag';

/** An instant as milliseconds, a float; rounded, as seconds in binary are not exact. */
export const milliseconds = (instant: Sql): Sql =>
  sql`round(date_part('epoch', ${instant}) * 1000)`;
