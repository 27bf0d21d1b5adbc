import { CameoError } from '../../errors.ts';
import { checkDistinct, checkName } from './names.ts';

export type KeyKind = 'int' | 'text';

/** Whom or what features describe. No keys: one row for all (the world, a constant). */
export interface Entity<Key extends string = string> {
  readonly kind: 'entity';
  readonly name: string;
  readonly keys: readonly Key[];
  /** Where declared. Without it the first push decides: whole numbers make an int, else text. */
  readonly types: Readonly<Partial<Record<Key, KeyKind>>>;
}

/** The entity whose keys are Cameo's own customers: `customer.id`. */
export const CUSTOMER = 'customer';

/**
 * Declares an entity of one or more keys, or none.
 * @throws CameoError BAD_INPUT on a bad or repeated name.
 */
export function entity<const Key extends string>(
  name: string,
  options: { keys: readonly Key[]; types?: Partial<Record<NoInfer<Key>, KeyKind>> },
): Entity<Key> {
  checkName('entity', name);
  for (const key of options.keys) checkName(`entity "${name}", key`, key);
  checkDistinct(`entity "${name}": key`, options.keys);
  if (options.keys.includes('at' as Key)) {
    throw new CameoError(
      'BAD_INPUT',
      `entity "${name}": "at" is the time of a row; rename the key.`,
    );
  }
  const types = name === CUSTOMER ? { [options.keys[0] ?? '']: 'int' } : (options.types ?? {});
  return { kind: 'entity', name, keys: options.keys, types: types as Entity<Key>['types'] };
}

export const isCustomer = (it: Entity): boolean => it.name === CUSTOMER && it.keys.length === 1;
