/** Codes that programs may rely on; messages are for people and may change. */
export type ErrorCode =
  | 'BAD_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'TOO_LARGE'
  | 'TOO_LATE'
  | 'TOO_EARLY'
  | 'LIMIT_REACHED'
  | 'IDENTITY_CONFLICT'
  | 'CYCLE'
  | 'IN_USE'
  | 'UNAVAILABLE';

/** An expected failure as data: what is wrong, where (`field` is the path in the input), what to do. */
export interface UserError {
  readonly field?: readonly string[];
  readonly message: string;
  readonly code: ErrorCode;
}

/** An expected failure that ends the operation. Its message is safe to show to the caller. */
export class CameoError extends Error {
  override readonly name = 'CameoError';
  readonly code: ErrorCode;
  readonly field: readonly string[] | undefined;

  constructor(code: ErrorCode, message: string, field?: readonly string[]) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/** The error as data, for a payload's `userErrors`. */
export function toUserError(error: CameoError): UserError {
  return {
    message: error.message,
    code: error.code,
    ...(error.field && { field: error.field }),
  };
}

/** For what only a mistake in Cameo itself can cause. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}
