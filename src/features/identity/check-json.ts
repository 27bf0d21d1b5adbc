import { CameoError } from '../../errors.ts';
import { textFault } from './check-text.ts';

/** Nested deeper than this, PostgreSQL's parser could run out of stack. */
const MOST_DEPTH = 100;

/**
 * The JSON text of an object that PostgreSQL can store as jsonb.
 *
 * @throws CameoError BAD_INPUT when it is not an object, is too deep or holds text that cannot be
 *   stored; TOO_LARGE when its JSON is longer than `mostBytes`. `path` leads to it.
 */
export function checkJsonObject(
  value: unknown,
  name: string,
  mostBytes: number,
  path: readonly string[],
): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CameoError('BAD_INPUT', `${name} must be a JSON object.`, path);
  }
  const json = stringify(value, name, path);
  // The count of characters is a lower bound of the count of bytes, and much cheaper.
  if (json.length > mostBytes || Buffer.byteLength(json) > mostBytes) {
    throw new CameoError('TOO_LARGE', `${name} is larger than ${mostBytes} bytes of JSON.`, path);
  }
  // Only escapes can hide what jsonb refuses; most JSON has none of these.
  if (json.includes('\\u')) checkTexts(value, name, path);
  return json;
}

function stringify(value: object, name: string, path: readonly string[]): string {
  const json = tryStringify(value, name, path);
  // Each level takes at least two characters.
  if (json.length > 2 * MOST_DEPTH && depthOf(value) > MOST_DEPTH) throw tooDeep(name, path);
  return json;
}

function tryStringify(value: object, name: string, path: readonly string[]): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(name, path);
    throw new CameoError('BAD_INPUT', `${name} cannot be written as JSON.`, path);
  }
}

function tooDeep(name: string, path: readonly string[]): CameoError {
  const message = `${name} is nested more than ${MOST_DEPTH} levels deep.`;
  return new CameoError('BAD_INPUT', message, path);
}

function depthOf(value: unknown): number {
  let level: unknown[] = [value];
  let depth = 0;
  while (level.length > 0 && depth <= MOST_DEPTH) {
    const containers = level.filter((each) => typeof each === 'object' && each !== null);
    if (containers.length > 0) depth += 1;
    level = containers.flatMap((each) => Object.values(each as object));
  }
  return depth;
}

function checkTexts(value: unknown, name: string, path: readonly string[]): void {
  if (typeof value === 'string') {
    const fault = textFault(value);
    if (fault) throw new CameoError('BAD_INPUT', `A text in ${name} ${fault}.`, path);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      checkTexts(key, name, path);
      checkTexts(inner, name, path);
    }
  }
}
