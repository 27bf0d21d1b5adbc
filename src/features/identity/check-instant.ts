import { CameoError } from '../../errors.ts';

const DAY = 86_400_000;
const EARLIEST = Date.UTC(1900, 0, 1);
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * The instant that something happened, at millisecond precision.
 * @throws CameoError BAD_INPUT when it is none or before 1900, TOO_EARLY when it is more than 24 hours
 *   after `now`.
 */
export function checkInstant(value: unknown, now: Date, path: readonly string[]): Date {
  const instant = typeof value === 'string' ? parseInstant(value) : value;
  if (!(instant instanceof Date) || Number.isNaN(instant.getTime())) {
    throw new CameoError('BAD_INPUT', 'Not an instant: send RFC 3339 with an offset or Z.', path);
  }
  if (instant.getTime() < EARLIEST) {
    throw new CameoError('BAD_INPUT', 'Before the year 1900.', path);
  }
  if (instant.getTime() > now.getTime() + DAY) {
    throw new CameoError(
      'TOO_EARLY',
      `More than 24 hours ahead of now (${now.toISOString()}). Check the sender's clock.`,
      path,
    );
  }
  return instant;
}

/** The instant that RFC 3339 text names; undefined when it names none (30 February). */
function parseInstant(text: string): Date | undefined {
  const parts = RFC_3339.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  // Date would turn 30 February into 1 or 2 March.
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  return new Date(text.toUpperCase().replace(' ', 'T'));
}
