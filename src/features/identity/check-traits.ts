import { CameoError } from '../../errors.ts';
import { checkJsonObject } from './check-json.ts';
import { checkString } from './check-text.ts';

const MOST_TRAITS = 500;
const MOST_NAME = 255;
const MOST_BYTES = 1_048_576;

/**
 * The traits as pairs of name and JSON text.
 * @throws CameoError BAD_INPUT or TOO_LARGE when they are not a storable object; `path` leads there.
 */
export function checkTraits(traits: unknown, path: readonly string[]): [string, string][] {
  if (traits === undefined || traits === null) return [];
  checkJsonObject(traits, 'traits', MOST_BYTES, path);
  const pairs = Object.entries(traits as Record<string, unknown>);
  if (pairs.length > MOST_TRAITS) {
    throw new CameoError('TOO_LARGE', `${pairs.length} traits; the most is ${MOST_TRAITS}.`, path);
  }
  return pairs.map(([name, value]) => [
    checkString(name, 'A trait name', MOST_NAME, path),
    JSON.stringify(value ?? null),
  ]);
}
