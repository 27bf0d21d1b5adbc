import { z } from 'zod';
import { durationMs } from './duration.ts';
import { EVENT_FIELDS } from './event-fields.ts';
import { COUNT_OPS, type CountOp, PROPERTY_OPS, type ValueTest } from './types.ts';
import { checkValueTest } from './value-test.ts';

/** GraphQL sends null for a field that was left out by a variable; both mean absent here. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => value ?? undefined, schema.optional());

/** PostgreSQL keeps neither NUL nor half a surrogate pair. */
const text = z
  .string()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  .refine((value) => !/[\0\p{Surrogate}]/u.test(value), 'has a NUL or half a character in it');

const duration = z.string().refine((value) => durationMs(value) !== undefined, {
  message: 'must be a duration such as "30d", "12h", "90m" or "5s", at most 36500d',
});

const valueTest = { op: z.enum(PROPERTY_OPS), value: optional(z.json()) };
const tested = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ ...shape, ...valueTest }).superRefine((test, context) => {
    const wrong = checkValueTest(test as unknown as ValueTest);
    if (wrong) context.addIssue({ code: 'custom', message: wrong, path: ['value'] });
  });

const property = tested({ name: text });
const eventProperty = property.refine(
  (condition) => !condition.name.startsWith('$') || EVENT_FIELDS.has(condition.name),
  {
    path: ['name'],
    message: `names that begin with "$" are Cameo's own: ${[...EVENT_FIELDS].filter((f) => f.startsWith('$')).join(', ')}`,
  },
);
const where = optional(z.array(eventProperty).max(20, 'may have at most 20 conditions'));
const step = { type: text, where };

const amount = optional(z.int().min(0).max(2_147_483_647));
const count = z
  .strictObject({
    eq: amount,
    ne: amount,
    lt: amount,
    lte: amount,
    gt: amount,
    gte: amount,
  } satisfies Record<CountOp, unknown>)
  .refine((value) => Object.values(value).filter((n) => n !== undefined).length === 1, {
    message: `must have exactly one of ${COUNT_OPS.join(', ')}`,
  });

const regularity = z
  .strictObject({
    period: duration.refine((value) => durationMs(value) !== 0, 'must be longer than 0'),
    periods: z.int().min(1).max(366, 'may be at most 366'),
    atLeast: z.int().min(1),
  })
  .refine((value) => value.atLeast <= value.periods, {
    path: ['atLeast'],
    message: 'must be at most `periods`',
  });

const event = z
  .strictObject({
    ...step,
    within: optional(duration),
    from: optional(duration),
    to: optional(duration),
    count: optional(count),
    first: optional(z.boolean()),
    regularity: optional(regularity),
  })
  .superRefine((condition, context) => {
    const wrong = checkWindow(condition);
    if (wrong) context.addIssue({ code: 'custom', message: wrong });
  });

interface Window {
  readonly within?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly first?: boolean | undefined;
  readonly regularity?: unknown;
}

function checkWindow({ within, from, to, first, regularity: regular }: Window): string | undefined {
  if ((from === undefined) !== (to === undefined))
    return '`from` and `to` go together: [at - from, at - to]. For [at - from, at] use `within`';
  if (within !== undefined && from !== undefined)
    return 'use `within` or `from` and `to`, not both';
  if (from !== undefined && to !== undefined && (durationMs(from) ?? 0) < (durationMs(to) ?? 0))
    return '`from` must be at least `to`: it is the older end of the window';
  if (regular !== undefined && (within ?? from) !== undefined)
    return '`regularity` has its own window, periods x period; leave out `within`, `from` and `to`';
  if (regular !== undefined && first) return 'use `first` or `regularity`, not both';
  return undefined;
}

const sequence = z.strictObject({
  steps: z
    .array(z.strictObject(step))
    .min(1, 'needs at least one step')
    .max(10, 'may have at most 10 steps'),
  within: optional(duration),
  during: optional(duration),
  endsWithout: optional(z.strictObject(step)),
});

const last = z.strictObject({
  ...step,
  has: z.array(eventProperty).min(1, 'needs at least one condition').max(20),
});

/** What each kind of leaf must look like. */
export const LEAF_SCHEMAS = {
  event,
  sequence,
  last,
  trait: tested({ name: text, heldFor: optional(duration) }),
  feature: property,
  prediction: tested({ task: text }),
  segment: text,
} as const;
