import { setTimeout as pause } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { openDb } from './db.ts';

export interface DatabaseRetry {
  /** How often it has been tried; 1 after the first time. */
  readonly attempt: number;
  /** Until the next try. */
  readonly delayMs: number;
  /** One line for a person: what is wrong, where, what to do. Holds no password. */
  readonly message: string;
}

export interface WaitOptions {
  onRetry?: (retry: DatabaseRetry) => void;
  /** Ends the wait: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** The first pause; each later one is twice as long, up to 5 s. */
  firstDelayMs?: number;
}

const LONGEST_MS = 5_000;

/** What no waiting mends: wrong password, no such role, no such database. */
const FINAL_CODES = new Set(['28000', '28P01', '3D000', '42501']);

/**
 * Resolves once the database at `url` answers, however long that takes.
 * @throws Error at once for what waiting cannot mend, such as a wrong password.
 */
export async function waitForDatabase(url: string, options: WaitOptions = {}): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const failure = await failureOf(url);
    if (!failure) return;
    const message = explain(url, failure);
    if (FINAL_CODES.has(failure.code ?? '')) throw new Error(message, { cause: failure });
    const delayMs = Math.min((options.firstDelayMs ?? 250) * 2 ** (attempt - 1), LONGEST_MS);
    options.signal?.throwIfAborted();
    options.onRetry?.({ attempt, delayMs, message });
    await pause(delayMs, undefined, options.signal && { signal: options.signal });
  }
}

type Failure = Error & { code?: string };

async function failureOf(url: string): Promise<Failure | undefined> {
  const db = openDb(url, { max: 1 });
  try {
    await db.query(sql`select 1`);
    return undefined;
  } catch (error) {
    return error as Failure;
  } finally {
    await db.close();
  }
}

function explain(url: string, failure: Failure): string {
  const { host, pathname } = new URL(url);
  // A refused connection to a name with several addresses has its message in the code alone.
  const cause = failure.message || failure.code || 'no answer';
  return `The database ${pathname.slice(1)} at ${host} cannot be used (${cause}). Start that PostgreSQL server or correct DATABASE_URL.`;
}
