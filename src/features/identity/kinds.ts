/** How names of one kind behave when customers are resolved by them. */
export interface IdentityKind {
  /** The most names of this kind that one customer may have. */
  readonly limit: number;
  /** Higher decides first: whose customer an event goes to, whose origin it inherits. */
  readonly priority: number;
  /**
   * A name of this kind says who the person is: a customer that holds one is *identified*, and two
   * identified customers are never merged by an event. Only a person can do that (`customerMerge`).
   */
  readonly identifies: boolean;
}

const account: IdentityKind = { limit: 1, priority: 100, identifies: true };

/** Kinds not listed here: many a customer, above devices, they identify nobody. */
export const DEFAULT_KIND: IdentityKind = { limit: 100, priority: 40, identifies: false };

/** The kinds that Cameo ships; edit this table to change how people are told apart. */
export const IDENTITY_KINDS: Readonly<Record<string, IdentityKind>> = {
  user_id: account,
  customer_id: { ...account, priority: 95 },
  email: { limit: 20, priority: 80, identifies: false },
  phone: { limit: 20, priority: 70, identifies: false },
  external_id: { limit: 100, priority: 60, identifies: false },
  device: { limit: 100, priority: 20, identifies: false },
  anonymous_id: { limit: 1000, priority: 10, identifies: false },
};

/** Values that programs send for "nobody", in lower case: never a name of anyone. */
const NEVER_VALUES: ReadonlySet<string> = new Set([
  '',
  'anonymous',
  'undefined',
  'true',
  'false',
  'null',
  'none',
  'nan',
  '0',
  '00000000-0000-0000-0000-000000000000',
  '[object object]',
]);

/** The most customers that one customer may stand for, itself left out. */
export const MERGE_LIMIT = 100;

export function kindOf(kind: string): IdentityKind {
  return Object.hasOwn(IDENTITY_KINDS, kind)
    ? (IDENTITY_KINDS[kind] ?? DEFAULT_KIND)
    : DEFAULT_KIND;
}

/** Whether `value` could name a person: not blank and none of the values for "nobody". */
export function namesSomeone(value: string): boolean {
  return !NEVER_VALUES.has(value.trim().toLowerCase());
}
