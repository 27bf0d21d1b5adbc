import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readHolder, tryLock } from './pid-lock.ts';
import { isAlive } from './process-identity.ts';

/**
 * Makes this process the one that serves `home`, until the returned function is called or the
 * process ends in any way.
 *
 * @throws when another living process serves it; the message names its pid and what to do.
 */
export function acquireHomeLock(home: string): () => void {
  mkdirSync(home, { recursive: true });
  const attempt = tryLock(lockPath(home));
  if (attempt.acquired) return attempt.release;
  const { pid } = attempt.holder;
  throw new Error(
    `Another Cameo (process ${pid}) already serves ${home}. Stop it (kill ${pid}), or start this one with another CAMEO_HOME and PORT.`,
  );
}

/** The pid of the process that serves `home` now, if one does. */
export function homeLockHolder(home: string): number | undefined {
  const holder = readHolder(lockPath(home));
  return holder && isAlive(holder) ? holder.pid : undefined;
}

function lockPath(home: string): string {
  return join(home, 'serve.lock');
}
