import { CameoError } from '../../errors.ts';

// With the u flag a whole pair is one character, so only halves match.
const HALF_PAIR = /[\ud800-\udfff]/u;

/**
 * Why PostgreSQL could not store `value` as text and give it back as it came; undefined when it can.
 */
export function textFault(value: string): string | undefined {
  if (value.includes('\0')) return 'contains a NUL character';
  if (HALF_PAIR.test(value)) return 'contains half of a surrogate pair (broken Unicode)';
  return undefined;
}

/**
 * `value` when it is a storable string of 1..`most` characters.
 * @throws CameoError BAD_INPUT with `path`; `name` begins its message.
 */
export function checkString(
  value: unknown,
  name: string,
  most: number,
  path: readonly string[],
  blankAllowed = false,
): string {
  if (typeof value !== 'string') throw bad(`${name} must be a string.`, path);
  if (!blankAllowed && isBlank(value)) throw bad(`${name} must not be blank.`, path);
  if (value.length > most) {
    throw bad(`${name} has ${value.length} characters; the most is ${most}.`, path);
  }
  const fault = textFault(value);
  if (fault) throw bad(`${name} ${fault}. Remove it and send the item again.`, path);
  return value;
}

/** Whether there is nothing but white space; made without a copy, as every string passes here. */
export const isBlank = (value: string): boolean => !/\S/.test(value);

function bad(message: string, path: readonly string[]): CameoError {
  return new CameoError('BAD_INPUT', message, path);
}
