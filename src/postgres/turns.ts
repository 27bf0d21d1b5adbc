import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryLock } from './pid-lock.ts';

const pollMs = 20;

/** Runs `act` while no other process starts, stops or removes the server in `dataDir`. */
export async function takeTurn<T>(dataDir: string, act: () => Promise<T>): Promise<T> {
  mkdirSync(dataDir, { recursive: true });
  for (;;) {
    const attempt = tryLock(join(dataDir, 'start.lock'));
    if (attempt.acquired) return act().finally(attempt.release);
    await delay(pollMs);
  }
}
