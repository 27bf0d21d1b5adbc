/** Something opened from a folder that takes memory until it is closed. */
export interface Closable {
  /** Memory that it takes, about. */
  readonly bytes: number;
  close(): Promise<void>;
}

export interface CacheLimits {
  /** Most of all opened together; one alone may exceed it. */
  readonly bytes: number;
  /** Closed after this long without use. */
  readonly idleMs: number;
}

interface Entry<T> {
  readonly opened: Promise<T>;
  bytes: number;
  users: number;
  timer?: NodeJS.Timeout | undefined;
}

/** Opened things by folder, the least recently used first. */
export interface SessionCache<T extends Closable> {
  /**
   * Opens what is in the folder, unless it is open, and keeps it open while `use` runs. Opening
   * that fails is tried again the next time; what else is open does not notice.
   */
  with<R>(folder: string, use: (opened: T) => Promise<R>): Promise<R>;
  /** Folders open now. */
  readonly folders: readonly string[];
  close(): Promise<void>;
}

export function createSessionCache<T extends Closable>(
  open: (folder: string) => Promise<T>,
  limits: CacheLimits,
): SessionCache<T> {
  const entries = new Map<string, Entry<T>>();

  const drop = async (folder: string, entry: Entry<T>) => {
    if (entries.get(folder) === entry) entries.delete(folder);
    clearTimeout(entry.timer);
    await (await entry.opened).close();
  };

  /** Closes what is not in use, oldest first, until the rest fits. */
  const shrink = async () => {
    let total = [...entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [folder, entry] of [...entries].slice(0, -1)) {
      if (total <= limits.bytes) return;
      if (entry.users > 0) continue;
      total -= entry.bytes;
      await drop(folder, entry);
    }
  };

  const acquire = async (folder: string): Promise<Entry<T>> => {
    const entry = entries.get(folder) ?? { opened: open(folder), bytes: 0, users: 0 };
    entry.users += 1;
    clearTimeout(entry.timer);
    // Last in order: it was used last.
    entries.delete(folder);
    entries.set(folder, entry);
    try {
      entry.bytes = (await entry.opened).bytes;
    } catch (error) {
      if (entries.get(folder) === entry) entries.delete(folder);
      throw error;
    }
    return entry;
  };

  const release = async (folder: string, entry: Entry<T>) => {
    entry.users -= 1;
    if (entry.users > 0) return;
    entry.timer = setTimeout(() => void drop(folder, entry), limits.idleMs);
    entry.timer.unref();
    await shrink();
  };

  return {
    async with(folder, use) {
      const entry = await acquire(folder);
      try {
        return await use(await entry.opened);
      } finally {
        await release(folder, entry);
      }
    },
    get folders() {
      return [...entries.keys()];
    },
    async close() {
      await Promise.all([...entries].map(([folder, entry]) => drop(folder, entry)));
    },
  };
}
