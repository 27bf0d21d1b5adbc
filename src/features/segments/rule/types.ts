/** Any JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export const PROPERTY_OPS = [
  'EQ',
  'NE',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'IN',
  'NOT_IN',
  'CONTAINS',
  'STARTS_WITH',
  'ENDS_WITH',
  'MATCHES',
  'EXISTS',
  'NOT_EXISTS',
] as const;
export type PropertyOp = (typeof PROPERTY_OPS)[number];

/** A test of one value; `value` is absent for EXISTS and NOT_EXISTS only, and never null. */
export interface ValueTest {
  readonly op: PropertyOp;
  readonly value?: Json | undefined;
}

export interface PropertyCondition extends ValueTest {
  readonly name: string;
}

export interface TraitCondition extends PropertyCondition {
  readonly heldFor?: string | undefined;
}

export const COUNT_OPS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const;
export type CountOp = (typeof COUNT_OPS)[number];
/** Exactly one of the comparisons. */
export type CountCondition = { readonly [op in CountOp]?: number | undefined };

export interface EventStep {
  readonly type: string;
  readonly where?: readonly PropertyCondition[] | undefined;
}

export interface RegularityCondition {
  readonly period: string;
  readonly periods: number;
  readonly atLeast: number;
}

export interface EventCondition extends EventStep {
  readonly within?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly count?: CountCondition | undefined;
  readonly first?: boolean | undefined;
  readonly regularity?: RegularityCondition | undefined;
}

export interface SequenceCondition {
  readonly steps: readonly EventStep[];
  readonly within?: string | undefined;
  readonly during?: string | undefined;
  readonly endsWithout?: EventStep | undefined;
}

export interface LastEventCondition extends EventStep {
  readonly has: readonly PropertyCondition[];
}

export interface PredictionCondition extends ValueTest {
  readonly task: string;
}

/** A checked rule; `parseRule` makes it. Exactly one key, which says what kind it is. */
export type Rule =
  | { readonly and: readonly Rule[] }
  | { readonly or: readonly Rule[] }
  | { readonly not: Rule }
  | Leaf;

/** A rule that looks at the customer rather than at other rules. */
export type Leaf =
  | { readonly event: EventCondition }
  | { readonly sequence: SequenceCondition }
  | { readonly last: LastEventCondition }
  | { readonly trait: TraitCondition }
  | { readonly feature: PropertyCondition }
  | { readonly prediction: PredictionCondition }
  | { readonly segment: string };
