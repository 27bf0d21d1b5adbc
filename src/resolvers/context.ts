import type { Actor } from '../auth.ts';
import type { Services } from '../features/services.ts';
import type { Loaders } from './loaders.ts';

/** What a resolver gets for one request. */
export interface Context {
  readonly actor: Actor;
  readonly services: Services;
  readonly loaders: Loaders;
}
