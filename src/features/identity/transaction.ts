import type { Db, Queryable } from '../../db.ts';
import type { GraphMode } from './locks.ts';

const MOST_ATTEMPTS = 10;
/** Serialisation failure, deadlock, and a row that another call wrote first. */
const LOST_A_RACE = new Set(['40001', '40P01', '23505']);

/** Thrown in shared mode by work that finds that it has to merge. */
export class NeedsExclusiveGraph extends Error {
  override readonly name = 'NeedsExclusiveGraph';
}

/**
 * Runs `work` in a transaction on the identity graph. It starts in shared mode, beside others; it
 * starts over in exclusive mode when it has to merge, and starts over when it lost a race.
 */
export async function onGraph<Result>(
  db: Db,
  work: (tx: Queryable, mode: GraphMode) => Promise<Result>,
  start: GraphMode = 'shared',
): Promise<Result> {
  let mode = start;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction((tx) => work(tx, mode));
    } catch (error) {
      if (error instanceof NeedsExclusiveGraph) mode = 'exclusive';
      else if (attempt >= MOST_ATTEMPTS || !LOST_A_RACE.has(codeOf(error))) throw error;
    }
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? '');
}
