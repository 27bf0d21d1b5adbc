/** Fields of an input that say what it is about and are never personal. */
const TOP = new Set([
  ...['id', 'key', 'keys', 'name', 'names', 'domain', 'domains', 'kind', 'task', 'role', 'mergeId'],
  ...['service', 'view', 'views', 'version', 'at', 'from', 'to', 'shots', 'seed', 'base'],
]);

/** The same for an object inside of an input, such as a customer's key. */
const INSIDE = new Set(['id', 'kind', 'labels', 'service']);

/** What people fill freely: not even the names in there are looked at. */
const FREE = new Set(['traits', 'properties', 'value', 'values', 'text', 'payload']);

const LONGEST_TEXT = 200;
const LONGEST_LIST = 20;

/**
 * What the audit log may keep of a mutation's arguments: ids, names and sizes, and nothing that
 * could be about a person. `{ input: { key: 'vip', members: [{...}, {...}] } }` becomes
 * `{ input: { key: 'vip', members: { count: 2 } } }`.
 */
export function summarise(args: object): unknown {
  const { input, ...others } = args as { input?: unknown };
  const about = describe(others, TOP) as object;
  return input === undefined ? about : { input: describe(input, TOP), ...about };
}

function describe(value: unknown, kept: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return { count: value.length };
  if (typeof value !== 'object' || value === null) return typeof value;
  if (value instanceof Date) return 'date';
  const entries = Object.entries(value).map(([name, field]) => {
    if (FREE.has(name)) return [name, sizeOf(field)];
    return [name, kept.has(name) ? keep(field) : describe(field, INSIDE)];
  });
  return Object.fromEntries(entries);
}

function keep(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, LONGEST_TEXT);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  const names = Array.isArray(value) && value.length <= LONGEST_LIST;
  if (names && value.every((item) => typeof item === 'string'))
    return value.map((item) => item.slice(0, LONGEST_TEXT));
  return describe(value, INSIDE);
}

function sizeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return { count: Object.keys(value).length };
}
