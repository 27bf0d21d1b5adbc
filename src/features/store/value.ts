import { CameoError } from '../../errors.ts';
import { describeType, type FeatureType } from './feature-type.ts';
import { toInstant } from './instant.ts';

/**
 * The value as it is stored, or null: what `decode` gives back for it, so that a pushed value, a
 * historical one and an online one are equal.
 * @throws CameoError BAD_INPUT, naming `where`, when the value is not of the type.
 */
export function checkValue(type: FeatureType, value: unknown, where: string): unknown {
  if (value === null || value === undefined) return null;
  const checked = check(type, value, where);
  if (checked !== undefined) return checked;
  throw new CameoError(
    'BAD_INPUT',
    `${where}: ${preview(value)} is no ${describeType(type)}. Push the right type, or null.`,
  );
}

function check(type: FeatureType, value: unknown, where: string): unknown {
  switch (type.kind) {
    case 'int':
      return Number.isSafeInteger(value) ? Number(value) + 0 : undefined;
    case 'double':
      return Number.isFinite(value) ? Number(value) + 0 : undefined;
    case 'text':
      // PostgreSQL's text holds every character but this one.
      return typeof value === 'string' && !value.includes('\0') ? value : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'timestamp':
      return toInstant(value, where);
    case 'json':
      return value;
    case 'list':
      return checkItems({ kind: type.item ?? 'text' }, value, where);
    case 'vector': {
      const items = checkItems({ kind: 'double' }, value, where);
      return items?.length === type.size
        ? items?.map((item) => Math.fround(Number(item)))
        : undefined;
    }
  }
}

function checkItems(item: FeatureType, value: unknown, where: string): unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((element, index) => {
    const checked = check(item, element, `${where}[${index}]`);
    if (checked !== undefined && element !== null) return checked;
    throw new CameoError(
      'BAD_INPUT',
      `${where}[${index}]: ${preview(element)} is no ${describeType(item)}.`,
    );
  });
}

/** A value from PostgreSQL (a column, or an element of a stored row's JSON) as TypeScript sees it. */
export function decode(type: FeatureType, raw: unknown): unknown {
  if (raw === null || raw === undefined) return null;
  switch (type.kind) {
    case 'int':
    case 'double':
      return Number(raw);
    case 'timestamp':
      return raw instanceof Date ? raw : new Date(raw as string | number);
    case 'list': {
      const item: FeatureType = { kind: type.item ?? 'text' };
      return (raw as unknown[]).map((element) => decode(item, element));
    }
    case 'vector':
      return (raw as unknown[]).map((element) => Math.fround(Number(element)));
    default:
      return raw;
  }
}

function preview(value: unknown): string {
  const shown = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return shown.length > 60 ? `${shown.slice(0, 60)}...` : shown;
}
