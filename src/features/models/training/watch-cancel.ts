import { GAP } from '../../../mailbox.ts';
import { RUNS_CHANNEL } from '../run.ts';
import { canceller } from './begin-run.ts';
import type { TrainingDeps } from './deps.ts';

export interface CancelWatch {
  /** Aborts when somebody asks for the end of the run. */
  readonly signal: AbortSignal;
  /** Who asked; undefined while nobody has. */
  by(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Listens for the cancellation of a run. */
export function watchCancel({ db, notifications, log }: TrainingDeps, runId: string): CancelWatch {
  const controller = new AbortController();
  const changes = notifications.subscribe(RUNS_CHANNEL);
  const look = async () => {
    for await (const changed of changes) {
      if (changed !== GAP && changed !== runId) continue;
      const by = await canceller(db, runId).catch((error: Error) => {
        // The next change, or the break of the connection, has us look again.
        log.warn({ err: error, runId }, 'could not see whether the run is cancelled');
      });
      if (by) controller.abort();
    }
  };
  const ended = look();
  return {
    signal: controller.signal,
    by: () => canceller(db, runId),
    close: async () => {
      await changes.return?.();
      await ended;
    },
  };
}
