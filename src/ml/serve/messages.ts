import type { Provider, SessionOptions } from '../onnx/session.ts';
import type { ServedRow } from './inputs.ts';
import type { CacheLimits } from './session-cache.ts';

/** What the thread that serves models is started with. */
export interface WorkerOptions {
  readonly session: SessionOptions;
  readonly limits: CacheLimits;
}

/** What it is asked: what it computes with, or something of the model in `folder`. */
export type Request = { readonly does: 'probe' } | ({ readonly folder: string } & Question);
export type Question =
  | { readonly does: 'embed'; readonly texts: readonly string[] }
  | { readonly does: 'predict'; readonly rows: readonly ServedRow[]; readonly reasons: number }
  | { readonly does: 'describe' };

/** What the thread computes with. */
export interface Compute {
  readonly provider: Provider;
  /** Why the providers that were to come first do not work here. */
  readonly failures: readonly string[];
}
