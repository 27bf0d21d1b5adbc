import { CameoError } from '../../errors.ts';
import { checkString } from './check-text.ts';
import { type IdentityRef, identityKey, type PlacedIdentity } from './identity.ts';
import { kindOf, namesSomeone } from './kinds.ts';

const MOST_IDENTITIES = 50;
const MOST_KIND = 64;
const MOST_VALUE = 512;

/**
 * The names that can be used, each once, by falling priority and then as given. Values for "nobody"
 * (blank, "anonymous", "null", ...) are left out.
 *
 * @throws CameoError BAD_INPUT when a name is malformed or none is left; `path` leads to the list.
 */
export function checkIdentities(
  identities: readonly IdentityRef[],
  path: readonly string[],
): PlacedIdentity[] {
  if (identities.length > MOST_IDENTITIES) {
    throw new CameoError(
      'BAD_INPUT',
      `${identities.length} identities; the most is ${MOST_IDENTITIES}.`,
      path,
    );
  }
  const usable: PlacedIdentity[] = [];
  for (let position = 0; position < identities.length; position += 1) {
    const identity = checkIdentity(identities[position], position, path);
    const known = usable.some((each) => identityKey(each) === identityKey(identity));
    if (namesSomeone(identity.value) && !known) usable.push(identity);
  }
  if (usable.length === 0) throw nobody(path);
  return usable.sort((a, b) => kindOf(b.kind).priority - kindOf(a.kind).priority);
}

function checkIdentity(
  identity: IdentityRef | undefined,
  position: number,
  path: readonly string[],
): PlacedIdentity {
  try {
    return {
      kind: checkString(identity?.kind, 'An identity kind', MOST_KIND, ['kind']),
      // Blank values are not malformed, they just name nobody.
      value: checkString(identity?.value, 'An identity value', MOST_VALUE, ['value'], true),
      position,
    };
  } catch (error) {
    if (!(error instanceof CameoError)) throw error;
    const field = [...path, String(position), ...(error.field ?? [])];
    throw new CameoError(error.code, error.message, field);
  }
}

function nobody(path: readonly string[]): CameoError {
  return new CameoError(
    'BAD_INPUT',
    'No usable identity: send at least one whose value names someone (not blank, "anonymous", "null", "0", ...).',
    path,
  );
}
