/** What a learning step can be refused for. */
export type MlErrorCode =
  | 'BAD_INPUT'
  | 'BAD_FILE'
  | 'INSUFFICIENT_DATA'
  | 'SHAPE_MISMATCH'
  | 'UNAVAILABLE'
  | 'DIVERGED';

/** An expected failure of the learning engine. Its message is safe to show to the caller. */
export class MlError extends Error {
  override readonly name = 'MlError';
  readonly code: MlErrorCode;

  constructor(code: MlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
