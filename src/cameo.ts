import { createFakeClock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import type { Services } from './features/services.ts';
import { migrateQueue } from './jobs/queue.ts';
import type { Logger } from './logger.ts';
import { openNotifications } from './notifications.ts';
import { type Api, openApi } from './startup/api.ts';
import { type Closing, createClosing } from './startup/closing.ts';
import { serveDatabase } from './startup/database.ts';
import { createEngine, type Engine } from './startup/engine.ts';
import { seedFirstRun } from './startup/first-run.ts';
import { createServices, type Work } from './startup/services.ts';
import { openWorker } from './startup/worker.ts';

export interface Cameo {
  /** Undefined for a role without one. */
  readonly api: Api | undefined;
  readonly services: Services;
  /** Closes everything, the embedded database included. */
  stop(): Promise<void>;
}

/**
 * Puts Cameo together for its role: database, services, worker and schedules, API.
 * When it cannot start, or is aborted on its way up, nothing stays open.
 */
export async function startCameo(
  config: Config,
  log: Logger,
  signal: AbortSignal,
  engine: Engine = createEngine(config.ml),
): Promise<Cameo> {
  const closing = createClosing(log);
  try {
    closing.add('learning engine', () => engine.close());
    const { services, work } = await openServices({ config, log, signal, engine }, closing);
    signal.throwIfAborted();
    if (config.seed) await seedFirstRun(services, process.stderr);
    signal.throwIfAborted();
    if (['all', 'worker'].includes(config.role)) openWorker(services, work, closing);
    const hasApi = ['all', 'api'].includes(config.role);
    const api = hasApi ? await openApi(config, services, closing) : undefined;
    return { api, services, stop: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

interface Setting {
  readonly config: Config;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly engine: Engine;
}

/** Two workers' own connections, and those that requests and jobs share. */
const CONNECTIONS = 16;

async function openServices(
  { config, log, signal, engine }: Setting,
  closing: Closing,
): Promise<{ services: Services; work: Work }> {
  const say = (line: string) => log.info(line);
  const { db, close } = await serveDatabase(config, { say, signal, max: CONNECTIONS });
  closing.add('database', close);
  await migrateQueue(db, log);
  const notifications = openNotifications(db, log);
  closing.add('notifications', () => notifications.close());
  const clock = config.now ? createFakeClock(config.now) : systemClock;
  return createServices({ config, db, clock, log, notifications, engine }, closing);
}
