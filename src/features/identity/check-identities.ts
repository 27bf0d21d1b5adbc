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
  const usable = new Map<string, PlacedIdentity>();
  for (const [position, identity] of identities.entries()) {
    const { kind, value } = checkIdentity(identity, [...path, String(position)]);
    const key = identityKey({ kind, value });
    if (namesSomeone(value) && !usable.has(key)) usable.set(key, { kind, value, position });
  }
  if (usable.size === 0) throw nobody(path);
  return [...usable.values()].sort((a, b) => kindOf(b.kind).priority - kindOf(a.kind).priority);
}

function checkIdentity({ kind, value }: IdentityRef, path: readonly string[]): IdentityRef {
  return {
    kind: checkString(kind, 'An identity kind', MOST_KIND, [...path, 'kind']),
    // Blank values are not malformed, they just name nobody.
    value: checkString(value, 'An identity value', MOST_VALUE, [...path, 'value'], true),
  };
}

function nobody(path: readonly string[]): CameoError {
  return new CameoError(
    'BAD_INPUT',
    'No usable identity: send at least one whose value names someone (not blank, "anonymous", "null", "0", ...).',
    path,
  );
}
