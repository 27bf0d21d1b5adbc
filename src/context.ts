import type { Clock } from './clock.ts';
import type { Db } from './db.ts';
import type { Logger } from './logger.ts';

/** What a domain function needs from the ground; passed first, never reached for. */
export interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
}
