import { CameoError } from '../../errors.ts';

/** The contract's CustomerKey: an id or an identity. */
export interface CustomerKey {
  readonly id?: string | number | null;
  readonly identity?: { readonly kind: string; readonly value: string } | null;
}

const MAX_ID = 2_147_483_647;

/**
 * The number behind an id of the API.
 * @returns undefined for a text that can be no customer's id: nothing is found under it.
 */
export function parseCustomerId(id: string | number): number | undefined {
  const value = Number(id);
  return Number.isInteger(value) && value > 0 && value <= MAX_ID ? value : undefined;
}

/** @throws CameoError BAD_INPUT unless exactly one of `id` and `identity` is given. */
export function requireKey(key: CustomerKey): CustomerKey {
  if ((key.id == null) === (key.identity == null))
    throw new CameoError('BAD_INPUT', 'A customer key has exactly one of `id` and `identity`.', [
      'key',
    ]);
  return key;
}
