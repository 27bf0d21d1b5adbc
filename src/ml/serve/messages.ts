import type { MlErrorCode } from '../errors.ts';
import type { SessionOptions } from '../onnx/session.ts';
import type { ServedRow } from './inputs.ts';
import type { CacheLimits } from './session-cache.ts';

/** What the thread that serves models is started with. */
export interface WorkerOptions {
  readonly session: SessionOptions;
  readonly limits: CacheLimits;
}

/** What it is asked, about the model in `folder`. */
export type Request = { readonly call: number; readonly folder: string } & Question;
export type Question =
  | { readonly does: 'embed'; readonly texts: readonly string[] }
  | { readonly does: 'predict'; readonly rows: readonly ServedRow[]; readonly reasons: number }
  | { readonly does: 'describe' };

/** What it answers. */
export type Answer = { readonly call: number } & (
  | { readonly result: unknown }
  | { readonly error: { readonly message: string; readonly code: MlErrorCode | undefined } }
);
