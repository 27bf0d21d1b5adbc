import fc from 'fast-check';
import { parseRule } from '../../../../src/features/segments/rule/parse-rule.ts';
import {
  PROPERTY_OPS,
  type PropertyCondition,
  type Rule,
} from '../../../../src/features/segments/rule/types.ts';
import { checkValueTest } from '../../../../src/features/segments/rule/value-test.ts';
import { SCALARS, STRUCTURES, TEXTS } from './values.ts';

export const DURATIONS = ['0s', '5s', '1m', '1h', '24h', '2d', '7d', '30d'] as const;
export const TYPES = ['a', 'b', 'c'] as const;
export const TRAITS = ['plan', 'city'] as const;
export const FEATURES = ['spend', 'score'] as const;
export const SEGMENTS = ['fuzz-x', 'fuzz-y'] as const;

const duration = fc.constantFrom(...DURATIONS);
const positive = fc.constantFrom(...DURATIONS.slice(1));
const opt = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });

const pattern = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      '5',
      '.',
      '^',
      '$',
      '\\d',
      '\\W',
      '[a-z]',
      '[^0-9é]',
      '(a|1)',
      'a*',
      'é?',
      '𐐷',
      '.{1,2}',
      '(?:a|b)+',
      '\\.',
      '中',
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(''));

const valueTest = fc
  .record({
    op: fc.constantFrom(...PROPERTY_OPS),
    scalar: fc.constantFrom(...SCALARS),
    structure: fc.constantFrom(...STRUCTURES),
    list: fc.array(fc.constantFrom(...SCALARS), { maxLength: 3 }),
    text: fc.constantFrom(...TEXTS),
    pattern,
    deep: fc.boolean(),
  })
  .map(({ op, scalar, structure, list, text, pattern: regex, deep }) => {
    if (op === 'EXISTS' || op === 'NOT_EXISTS') return { op };
    if (op === 'IN' || op === 'NOT_IN') return { op, value: list };
    if (op === 'MATCHES') return { op, value: regex };
    if (op === 'STARTS_WITH' || op === 'ENDS_WITH') return { op, value: text };
    return { op, value: deep && (op === 'EQ' || op === 'NE') ? structure : scalar };
  })
  .filter((test) => checkValueTest(test) === undefined);

const names = [
  'x',
  'x',
  'y',
  'amount',
  'currency',
  'itemId',
  'text',
  'constructor',
  '$weekday',
  '$hour',
  '$month',
];
const property: fc.Arbitrary<PropertyCondition> = fc
  .tuple(fc.constantFrom(...names), valueTest)
  .map(([name, test]) => ({ name, ...test }));
const where = opt(fc.array(property, { maxLength: 2 }));
const step = fc.record({ type: fc.constantFrom(...TYPES), where });

const count = opt(
  fc
    .tuple(fc.constantFrom('eq', 'ne', 'lt', 'lte', 'gt', 'gte'), fc.integer({ min: 0, max: 4 }))
    .map(([op, n]) => ({ [op]: n })),
);

const event = fc
  .record({
    step,
    window: fc.oneof(
      fc.constant({}),
      duration.map((within) => ({ within })),
      fc.tuple(duration, duration).map(([from, to]) => ({ from, to })),
    ),
    count,
    shape: fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.constant({ first: true }) },
      {
        weight: 1,
        arbitrary: fc
          .record({
            period: positive,
            periods: fc.integer({ min: 1, max: 5 }),
            atLeast: fc.integer({ min: 1, max: 5 }),
          })
          .map((regularity) => ({ regularity })),
      },
    ),
  })
  .map(({ step: s, window, count: c, shape }) => ({
    event: { ...s, ...('regularity' in shape ? {} : window), count: c, ...shape },
  }));

const sequence = fc
  .record({
    steps: fc.array(step, { minLength: 1, maxLength: 3 }),
    within: opt(duration),
    during: opt(duration),
    endsWithout: opt(step),
  })
  .map((body) => ({ sequence: body }));

const last = fc
  .tuple(step, fc.array(property, { minLength: 1, maxLength: 2 }))
  .map(([s, has]) => ({ last: { ...s, has } }));
const trait = fc
  .tuple(fc.constantFrom(...TRAITS), valueTest, opt(duration))
  .map(([name, test, heldFor]) => ({ trait: { name, ...test, heldFor } }));

/** Clauses that the history alone decides, now and later. */
const plainLeaf = fc.oneof(event, event, sequence, last, trait);
/** Clauses that hang on what others write. */
const opaqueLeaf = fc.oneof(
  fc
    .tuple(fc.constantFrom(...FEATURES), valueTest)
    .map(([name, test]) => ({ feature: { name, ...test } })),
  valueTest.map((test) => ({ prediction: { task: 'churn', ...test } })),
  fc.constantFrom(...SEGMENTS).map((segment) => ({ segment })),
);

function ruleOver(leaf: fc.Arbitrary<object>): fc.Arbitrary<Rule> {
  const { rule } = fc.letrec<{ rule: object }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 2, depthIdentifier: 'rule' },
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: tie('rule').map((not) => ({ not })) },
      {
        weight: 1,
        arbitrary: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
      },
      {
        weight: 1,
        arbitrary: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
      },
    ),
  }));
  // Through the parser, as every rule goes; what it refuses is not a rule.
  return rule
    .map((input) => parseRule(input))
    .filter((parsed) => 'rule' in parsed)
    .map((parsed) => (parsed as { rule: Rule }).rule);
}

export const plainRule = ruleOver(plainLeaf);
export const anyRule = ruleOver(
  fc.oneof({ weight: 3, arbitrary: plainLeaf }, { weight: 1, arbitrary: opaqueLeaf }),
);
