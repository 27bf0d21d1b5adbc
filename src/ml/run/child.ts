// A training process: node --import tsx src/ml/run/child.ts <run folder>. It tells its parent what it
// does where there is one, and prints it where there is none.
import { performance } from 'node:perf_hooks';
import { argv, exit } from 'node:process';
import { MlError } from '../errors.ts';
import { createContext } from './context.ts';
import type { RunMessage } from './messages.ts';
import { readSpec } from './read-run.ts';
import { runTraining } from './run.ts';

/** What a process that was stopped by a signal ends with. */
const STOPPED = 143;

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort(new Error('The run was stopped.')));
process.once('SIGINT', () => stop.abort(new Error('The run was stopped.')));

/** Resolves when the message is with the parent: a process may only end after that. */
function report(message: RunMessage): Promise<void> {
  if (!process.send) {
    print(message);
    return Promise.resolve();
  }
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

function print(message: RunMessage): void {
  if (message.type === 'progress') {
    const { step, steps, loss, etaMs } = message;
    console.log(`${step}/${steps} loss ${loss.toFixed(4)}, ${Math.round(etaMs / 1000)} s left`);
  } else if (message.type === 'curve') {
    for (const { step, split, metric, value } of message.points)
      if (metric !== 'loss') console.log(`step ${step}: ${split} ${metric} ${value.toFixed(4)}`);
  } else console.log(JSON.stringify(message, null, 2));
}

async function main(folder: string): Promise<number> {
  try {
    const { backend, threads } = await readSpec(folder);
    const context = createContext({
      ...{ engine: backend, threads, folder, signal: stop.signal },
      report: (message) => void report(message),
      elapsed: () => performance.now(),
    });
    await report({ type: 'done', result: await runTraining(context, folder) });
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return STOPPED;
    await report(endOf(error));
    return error instanceof MlError && isRefusal(error) ? 0 : 1;
  }
}

function endOf(error: unknown): RunMessage {
  if (error instanceof MlError && isRefusal(error))
    return { type: 'refused', reason: error.message };
  const message =
    error instanceof MlError ? error.message : String((error as Error).stack ?? error);
  return { type: 'failed', message };
}

/** The rows or the settings are not fit to be trained on: nothing is broken. */
function isRefusal({ code }: MlError): boolean {
  return code === 'INSUFFICIENT_DATA' || code === 'BAD_INPUT';
}

const [folder] = argv.slice(2);
if (folder === undefined) {
  console.error('Give the folder of the run: node --import tsx src/ml/run/child.ts <folder>');
  exit(2);
}
exit(await main(folder));
