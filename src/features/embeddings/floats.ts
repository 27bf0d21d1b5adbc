import sql, { type Sql } from 'sql-template-tag';

/** A real[] as bytes: reading numbers as text costs ten times as much. Read it with `readFloats`. */
export const floatsSql = (values: Sql): Sql => sql`array_send(${values})`;

/** Dimensions, flags, element type, length and lower bound: five int4. */
const HEADER = 20;

/**
 * The numbers of a one-dimensional real[] without nulls, as PostgreSQL sends it: after the header,
 * each with its length (int4) before it, big-endian.
 */
export function readFloats(bytes: Buffer): Float32Array {
  const values = new Float32Array(Math.max(0, (bytes.length - HEADER) / 8));
  for (let i = 0; i < values.length; i += 1) values[i] = bytes.readFloatBE(HEADER + i * 8 + 4);
  return values;
}
