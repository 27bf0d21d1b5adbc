import type { ErrorCode, UserError } from '../../errors.ts';
import type { PlacedIdentity } from './identity.ts';
import { kindOf, MERGE_LIMIT } from './kinds.ts';

/** A name that was left where it is, and why. */
export interface Refusal {
  readonly identity: PlacedIdentity;
  readonly code: Extract<ErrorCode, 'IDENTITY_CONFLICT' | 'LIMIT_REACHED'>;
  readonly message: string;
  /** Something merges customers that should not: a person has to look. */
  readonly alert: boolean;
}

export function conflict(identity: PlacedIdentity): Refusal {
  return {
    identity,
    code: 'IDENTITY_CONFLICT',
    message: `This ${identity.kind} belongs to another identified customer. Nothing was merged; the customer of the higher-priority identity was used. Use customerMerge if they are the same person.`,
    alert: false,
  };
}

export function tooManyMerges(identity: PlacedIdentity): Refusal {
  return {
    identity,
    code: 'LIMIT_REACHED',
    message: `The customer would stand for more than ${MERGE_LIMIT} merged customers; this ${identity.kind} and its customer were left apart.`,
    alert: true,
  };
}

export function overLimit(identity: PlacedIdentity): Refusal {
  const { kind } = identity;
  return {
    identity,
    code: 'LIMIT_REACHED',
    message: `The customer already has ${kindOf(kind).limit} of kind ${kind}, the most that it may have; this one was not attached.`,
    alert: false,
  };
}

/** A refusal as data; `path` leads to the item that holds the list of names. */
export function refusalError(
  { identity, code, message }: Refusal,
  path: readonly string[],
): UserError {
  return { field: [...path, 'identities', String(identity.position)], code, message };
}
