/** A name of a customer, as callers give it. */
export interface IdentityRef {
  readonly kind: string;
  readonly value: string;
}

/** A name with its place in the input, so that a problem with it can be pointed at. */
export interface PlacedIdentity extends IdentityRef {
  readonly position: number;
}

/** One string for a name. A NUL never occurs in either part: the checks refuse it. */
export const identityKey = ({ kind, value }: IdentityRef): string => `${kind}\0${value}`;
