import type { MlErrorCode } from '../errors.ts';

/** What a thread is asked. */
export interface Call<Question> {
  readonly call: number;
  readonly question: Question;
}

/** What it answers. */
export type Answer = { readonly call: number } & (
  | { readonly result: unknown }
  | { readonly error: { readonly message: string; readonly code: MlErrorCode | undefined } }
);
