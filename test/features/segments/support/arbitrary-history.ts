import fc from 'fast-check';
import type { Json } from '../../../../src/features/segments/rule/types.ts';
import { FEATURES, SEGMENTS, TRAITS, TYPES } from './arbitrary-rule.ts';
import { ANY_VALUE } from './values.ts';

export const AT = Date.parse('2024-03-01T00:00:00.000Z');

/** One customer's history without ids: these come with arrival, in the order given here. */
export interface RawHistory {
  readonly events: readonly RawEvent[];
  readonly traits: readonly { readonly name: string; readonly at: number; readonly value: Json }[];
  readonly readings: Readonly<Record<string, Json>>;
  readonly stays: readonly {
    readonly key: string;
    readonly entered: number;
    readonly exited: number | null;
  }[];
  readonly due: readonly { readonly key: string; readonly at: number }[];
}

export interface RawEvent {
  readonly type: string;
  readonly occurredAt: number;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly itemId: string | null;
  readonly text: string | null;
  readonly properties: Json;
}

const UNITS = [
  5_000,
  60_000,
  3_600_000,
  86_400_000,
  2 * 86_400_000,
  7 * 86_400_000,
  30 * 86_400_000,
];

/** Instants that lie on the ends of windows and a millisecond beside them, past and future. */
export const momentNear = (at: number): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.constantFrom(...UNITS),
      fc.integer({ min: -1, max: 4 }),
      fc.integer({ min: -1, max: 1 }),
    )
    .map(([unit, times, off]) => at - unit * times + off);

/** The same, such that histories and evaluation instants meet. */
const moment = momentNear(AT);
const value = fc.constantFrom(...ANY_VALUE);

const properties: fc.Arbitrary<Json> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.dictionary(fc.constantFrom('x', 'y', 'amount', 'text', 'constructor'), value, {
      noNullPrototype: true,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Json>(null, [], ['x'], 'x', 5) },
);

const event: fc.Arbitrary<RawEvent> = fc.record({
  type: fc.constantFrom(...TYPES),
  occurredAt: moment,
  amount: fc.constantFrom(null, 0, 0.1, 1, 5, -1, 1e21),
  currency: fc.constantFrom(null, 'a', '', '5'),
  itemId: fc.constantFrom(null, 'ab', '10'),
  text: fc.constantFrom(null, 'a\nb', '中文', '𐐷'),
  properties,
});

const stay = fc
  .tuple(fc.constantFrom(...SEGMENTS), moment, fc.option(moment))
  .map(([key, entered, exited]) => ({
    key,
    entered,
    exited: exited === null ? null : Math.max(entered, exited),
  }));

export const rawHistory: fc.Arbitrary<RawHistory> = fc.record({
  events: fc.array(event, { maxLength: 12 }),
  traits: fc.array(
    fc.record({
      name: fc.constantFrom(...TRAITS),
      at: moment,
      value: fc.oneof(value, fc.constantFrom<Json>('a', 'a', 'b', null)),
    }),
    { maxLength: 6 },
  ),
  readings: fc.dictionary(fc.constantFrom(...FEATURES, 'churn'), value, { noNullPrototype: true }),
  stays: fc.uniqueArray(stay, {
    maxLength: 3,
    selector: ({ key, entered }) => `${key} ${entered}`,
  }),
  due: fc.uniqueArray(fc.record({ key: fc.constantFrom(...SEGMENTS), at: moment }), {
    maxLength: 2,
    selector: ({ key }) => key,
  }),
});
