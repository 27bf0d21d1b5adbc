import { CameoError, toUserError, type UserError } from '../errors.ts';

/** Failures of the caller's rights or of the server are errors of the request, not of the input. */
const NOT_IN_PAYLOADS = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'UNAVAILABLE']);

/** A mutation's payload: what `work` gives, or `empty` with the user error that it threw. */
export async function payload<Result extends object, Empty extends object>(
  empty: Empty,
  work: () => Promise<Result>,
): Promise<(Result | Empty) & { userErrors: UserError[] }> {
  try {
    return { userErrors: [], ...(await work()) };
  } catch (error) {
    if (!(error instanceof CameoError) || NOT_IN_PAYLOADS.has(error.code)) throw error;
    return { ...empty, userErrors: [toUserError(error)] };
  }
}
