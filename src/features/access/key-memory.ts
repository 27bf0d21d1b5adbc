import type { Actor } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import type { Notifications } from '../../notifications.ts';
import { authenticate, readBearer } from './authenticate.ts';
import { hashKey, KEYS_CHANNEL } from './key.ts';

/** `authenticate` that remembers for a few seconds. */
export interface KeyMemory {
  /** @throws CameoError UNAUTHENTICATED */
  authenticate(bearer: string | undefined): Promise<Actor>;
  close(): Promise<void>;
}

export interface KeyMemoryOptions {
  /** How long a key is remembered; 2 s when absent. The longest that a lost notification can matter. */
  readonly ttlMs?: number;
  /** Milliseconds since some moment; for tests. */
  readonly elapsed?: () => number;
}

/** Keys in use at the same time that are remembered; beyond, all are forgotten. */
const MOST_KEYS = 1_000;

/** Remembers who holds which key, and forgets all as soon as any key is revoked, here or elsewhere. */
export function rememberKeys(
  { db }: Pick<Deps, 'db'>,
  notifications: Notifications,
  { ttlMs = 2_000, elapsed = () => performance.now() }: KeyMemoryOptions = {},
): KeyMemory {
  const known = new Map<string, { actor: Promise<Actor>; until: number }>();
  const changes = notifications.subscribe(KEYS_CHANNEL);
  const forgetting = (async () => {
    for await (const _ of changes) known.clear();
  })();

  const lookUp = (hash: string, key: string): Promise<Actor> => {
    if (known.size >= MOST_KEYS) known.clear();
    const entry = { actor: authenticate(db, key), until: elapsed() + ttlMs };
    known.set(hash, entry);
    // Refusals are not remembered: strangers could fill the memory with them.
    entry.actor.catch(() => {
      if (known.get(hash) === entry) known.delete(hash);
    });
    return entry.actor;
  };
  return {
    async authenticate(bearer) {
      const key = readBearer(bearer);
      const hash = hashKey(key);
      const entry = known.get(hash);
      return entry && entry.until > elapsed() ? entry.actor : lookUp(hash, key);
    },
    async close() {
      await changes.return?.();
      await forgetting;
    },
  };
}
