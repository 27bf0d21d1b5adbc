import { type Clock, createFakeClock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import type { Deps } from './context.ts';
import { ensureDevKey } from './features/access/dev-key.ts';
import { rememberKeys } from './features/access/key-memory.ts';
import type { Services } from './features/services.ts';
import { migrateQueue } from './jobs/queue.ts';
import type { Logger } from './logger.ts';
import { openNotifications } from './notifications.ts';
import { createLoaders } from './resolvers/loaders.ts';
import { buildApi } from './resolvers/schema.ts';
import { type RunningServer, startServer } from './server.ts';
import { banner } from './startup/banner.ts';
import { type Closing, createClosing } from './startup/closing.ts';
import { openDatabase } from './startup/database.ts';

export interface Cameo {
  /** Of the GraphQL endpoint; undefined for a role without an API. */
  readonly url: string | undefined;
  /** What to show a person; undefined for a role without an API. */
  readonly banner: string | undefined;
  /** Resolves when everything is closed: after `stop` or the signal. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Puts Cameo together for its role: database, services, worker and schedules, API.
 * `signal` stops it, also on its way up. When it cannot start, nothing stays open.
 */
export async function startCameo(config: Config, log: Logger, signal: AbortSignal): Promise<Cameo> {
  const closing = createClosing(log);
  try {
    return await start(config, log, signal, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function start(
  config: Config,
  log: Logger,
  signal: AbortSignal,
  closing: Closing,
): Promise<Cameo> {
  const { db } = await openDatabase(config, log, closing);
  const clock: Clock = config.now ? createFakeClock(config.now) : systemClock;
  const deps: Deps = { db, clock, log };
  await migrateQueue(db, log);
  signal.throwIfAborted();
  const notifications = openNotifications(db, log);
  closing.add('notifications', () => notifications.close());
  const services: Services = { ...deps, notifications };
  const server = await serveApi(config, services, closing);
  const ended = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(closing.close()), { once: true });
  });
  return { ...server, ended, stop: () => closing.close() };
}
