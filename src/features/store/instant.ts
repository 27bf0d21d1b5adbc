import { CameoError } from '../../errors.ts';

const NAIVE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?$/;

export type InstantInput = Date | string | number;

/**
 * The instant that a caller means, to the millisecond. Offsets are honoured and a time without
 * one is UTC, whatever zone this process runs in; numbers are milliseconds since 1970.
 * @throws CameoError BAD_INPUT naming `where`.
 */
export function toInstant(input: unknown, where: string): Date {
  const instant =
    typeof input === 'string'
      ? parseText(input.trim())
      : new Date(input instanceof Date || typeof input === 'number' ? input : Number.NaN);
  if (!Number.isNaN(instant.getTime())) return instant;
  throw new CameoError(
    'BAD_INPUT',
    `${where}: ${JSON.stringify(input) ?? String(input)} is no instant. Give a Date or a text like "2024-01-10T12:00:00Z".`,
  );
}

function parseText(text: string): Date {
  if (NAIVE.test(text)) return new Date(text.length === 10 ? text : `${text.replace(' ', 'T')}Z`);
  // PostgreSQL and pandas write "+00" and a space where RFC 3339 has "+00:00" and a T.
  return new Date(text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00'));
}
