import { rm } from 'node:fs/promises';
import { CameoError } from '../../../errors.ts';
import type { RunResult } from '../../../ml/run/messages.ts';
import type { TrainingSpec } from '../../../ml/run/spec.ts';
import { type BegunRun, beginRun } from './begin-run.ts';
import { type ChildEnd, startChild } from './child.ts';
import type { TrainingDeps } from './deps.ts';
import { modelFolder, placeOf, readResult, readSpec } from './folder.ts';
import { prepareRun } from './prepare.ts';
import { createRelay } from './relay.ts';
import { runResult } from './result.ts';
import { endProcess, noteProcess } from './single.ts';
import { watchCancel } from './watch-cancel.ts';

/** What became of a run, to be written down. */
export type Ending =
  | {
      readonly type: 'done';
      readonly result: RunResult;
      readonly artefact: string;
      readonly spec: TrainingSpec;
    }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'cancelled'; readonly by: string };

export interface ExecuteHelpers {
  /** Aborts when the worker stops. */
  readonly signal: AbortSignal;
  progress(fraction: number): Promise<void>;
}

/**
 * Carries a run out, from its rows to the published artefact. Started again after a crash, it goes on
 * where the training process had its last checkpoint, or publishes what that had finished.
 * @returns undefined when the run had ended already
 * @throws when the process crashed or the worker stops: start again then
 */
export async function executeRun(
  deps: TrainingDeps,
  runId: string,
  helpers: ExecuteHelpers,
): Promise<Ending | undefined> {
  const run = await deps.db.transaction((tx) => beginRun(tx, runId, deps.clock.now()));
  if (!run) return undefined;
  const cancel = watchCancel(deps, runId);
  try {
    return await train(deps, run, helpers, cancel.signal);
  } catch (error) {
    const by = await cancel.by();
    if (by !== undefined) return { type: 'cancelled', by };
    helpers.signal.throwIfAborted();
    // What the request names is gone: trying again would not bring it back.
    if (error instanceof CameoError && error.code === 'NOT_FOUND')
      return { type: 'failed', message: error.message };
    throw error;
  } finally {
    await cancel.close();
  }
}

async function train(
  deps: TrainingDeps,
  run: BegunRun,
  helpers: ExecuteHelpers,
  cancelled: AbortSignal,
): Promise<Ending> {
  const folder = placeOf(deps.trainer.runs, run.id);
  await endProcess(folder);
  const stop = AbortSignal.any([helpers.signal, cancelled]);
  if (run.cancelledBy !== null) return { type: 'cancelled', by: run.cancelledBy };
  const spec = (await readSpec(folder)) ?? (await prepareRun(deps, run, folder, stop));
  if (typeof spec === 'string') return { type: 'refused', reason: spec };
  stop.throwIfAborted();
  const finished = await readResult(folder);
  const end: ChildEnd | 'late' = finished
    ? { type: 'done', result: finished }
    : await runChild(deps, run.id, folder, helpers, stop);
  stop.throwIfAborted();
  if (end === 'late') return { type: 'failed', message: late(deps.trainer.timeoutMs) };
  return settle(deps, folder, spec, end);
}

async function runChild(
  deps: TrainingDeps,
  runId: string,
  folder: string,
  { progress }: ExecuteHelpers,
  stop: AbortSignal,
): Promise<ChildEnd | 'late'> {
  const { command, timeoutMs } = deps.trainer;
  const timeout = AbortSignal.timeout(timeoutMs);
  const relay = createRelay(deps, runId, (fraction) => void progress(fraction).catch(() => {}));
  const child = startChild(command, folder, AbortSignal.any([stop, timeout]), relay.put);
  noteProcess(folder, child.pid);
  const end = await child.end;
  await relay.close();
  return timeout.aborted && end.type === 'crashed' ? 'late' : end;
}

const late = (timeoutMs: number) =>
  `It took longer than ${Math.round(timeoutMs / 60_000)} minutes and was ended.`;

async function settle(
  { artefacts }: TrainingDeps,
  folder: string,
  spec: TrainingSpec,
  end: ChildEnd,
): Promise<Ending> {
  if (end.type === 'crashed') throw new Error(end.message);
  if (end.type !== 'done') return end;
  const result = runResult.parse(end.result);
  return { type: 'done', result, spec, artefact: await artefacts.publish(modelFolder(folder)) };
}

/** Once what became of a run is written down, nobody needs its folder. */
export async function removeFolder({ trainer }: TrainingDeps, runId: string): Promise<void> {
  await rm(placeOf(trainer.runs, runId), { recursive: true, force: true });
}
