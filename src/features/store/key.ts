import { CameoError } from '../../errors.ts';
import type { Entity, KeyKind } from './entity.ts';
import { keyText } from './tables.ts';

const INT4 = 2_147_483_647;

/**
 * A component of a key as it is stored. 5 and "5" are one key; where the kind is int, "05" too.
 * @throws CameoError BAD_INPUT naming `where` when the value can be no key of this kind.
 */
export function toComponent(
  kind: KeyKind | undefined,
  value: unknown,
  where: () => string,
): string {
  if (kind === 'int' && Number.isSafeInteger(value)) return String(value);
  const whole =
    typeof value === 'bigint' ||
    Number.isSafeInteger(value) ||
    (typeof value === 'string' && /^-?\d{1,18}$/.test(value));
  if (kind === 'int' && whole) return BigInt(value as string | number | bigint).toString();
  if (kind !== 'int') {
    if (typeof value === 'string' && !value.includes('\0')) return value;
    if (typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  }
  const wanted = kind === 'int' ? 'a whole number' : 'a text or a number';
  throw new CameoError(
    'BAD_INPUT',
    `${where()}: ${JSON.stringify(value) ?? String(value)} can be no key; give ${wanted}.`,
  );
}

/** One key: its components in the entity's order, null where the row has none. */
export type Components = readonly (string | null)[];

/**
 * Reads the key of a row, `place` in its list or in words; `columns` are the row's names for the entity's keys.
 * @throws CameoError BAD_INPUT naming a column that the row lacks or that can be no key.
 */
export function readKey(
  entity: Entity,
  kinds: readonly KeyKind[] | undefined,
  row: Readonly<Record<string, unknown>>,
  columns: readonly string[],
  place: string | number,
): Components {
  // Named only where something is wrong: reads come through here for each of their rows.
  const where = () => (typeof place === 'number' ? `row ${place}` : place);
  return columns.map((column, index) => {
    const value = row[column];
    if (value === null) return null;
    if (value !== undefined) {
      return toComponent(kinds?.[index], value, () => `${where()}, "${column}"`);
    }
    throw new CameoError(
      'BAD_INPUT',
      `${where()}: the key column "${column}" of entity "${entity.name}" is missing.`,
    );
  });
}

/** The stored text of a key; undefined when a component is null or beyond a customer's id. */
export function textOf(entity: Entity, components: Components): string | undefined {
  if (components.some((it) => it === null)) return undefined;
  const all = components as readonly string[];
  if (entity.name === 'customer' && Math.abs(Number(all[0])) > INT4) return undefined;
  return keyText(all);
}
