import { CameoError } from '../../errors.ts';
import { type EventField, fieldType } from './event-field.ts';

type Scalar = string | number | boolean;

/** A value = equal to it. NE holds for a missing value too; every other comparison does not. */
export type Condition =
  | Scalar
  | {
      readonly eq?: Scalar;
      readonly ne?: Scalar;
      readonly lt?: number;
      readonly lte?: number;
      readonly gt?: number;
      readonly gte?: number;
      readonly in?: readonly Scalar[];
      readonly exists?: boolean;
    };

/** Conditions by event field; an event counts when all hold. */
export type Where = { readonly [Field in EventField]?: Condition };

const OPERATORS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'exists'];

/** @throws CameoError BAD_INPUT naming the field or the operator that does not exist. */
export function checkWhere(where: Where, aggregate: string): Where {
  for (const [field, condition] of Object.entries(where)) {
    const place = `${aggregate}().where("${field}")`;
    fieldType(field, place);
    const known =
      typeof condition === 'object' && condition !== null
        ? Object.keys(condition).every((operator) => OPERATORS.includes(operator))
        : ['string', 'number', 'boolean'].includes(typeof condition);
    if (known) continue;
    throw new CameoError(
      'BAD_INPUT',
      `${place}: give a value, or an object of ${OPERATORS.join(', ')}.`,
    );
  }
  return where;
}
