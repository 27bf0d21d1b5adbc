import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import type { RunMessage } from '../../../ml/run/messages.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Below the API and the database, so that these keep their pace. */
const NICENESS = 10;
/** Between the polite signal and the other one. */
const GRACE_MS = 5_000;
/** Of what a process printed last, when it ended without a word. */
const TAIL = 2_000;

/** How a training process ended: what it said last, or, when it said nothing, why. */
export type ChildEnd =
  | Exclude<RunMessage, { type: 'progress' | 'curve' }>
  | { readonly type: 'crashed'; readonly message: string };

export interface RunningChild {
  readonly pid: number | undefined;
  readonly end: Promise<ChildEnd>;
}

/**
 * Starts a training process on a run's folder. It is ended when `signal` aborts; `end` resolves in
 * any case, when the process is gone, and never rejects.
 * @param onMessage gets progress and curves as they come
 */
export function startChild(
  { file, args }: Command,
  folder: string,
  signal: AbortSignal,
  onMessage: (message: RunMessage) => void,
): RunningChild {
  const child = spawn(file, [...args, folder], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Figures may be NaN or infinite, which JSON cannot say.
    serialization: 'advanced',
  });
  lower(child.pid);
  let last: ChildEnd | undefined;
  child.on('message', (message: RunMessage) => {
    if (message.type === 'progress' || message.type === 'curve') onMessage(message);
    else last = message;
  });
  const tail = keepTail(child);
  return { pid: child.pid, end: follow(child, signal, () => last, tail) };
}

async function follow(
  child: ChildProcess,
  signal: AbortSignal,
  last: () => ChildEnd | undefined,
  tail: () => string,
): Promise<ChildEnd> {
  const stop = () => terminate(child);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const [code, by] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return last() ?? crashed(by ? `signal ${by}` : `exit code ${code}`, tail());
  } catch (error) {
    return crashed((error as Error).message, tail());
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const crashed = (how: string, output: string): ChildEnd => ({
  type: 'crashed',
  message: `The training process ended without a result (${how}).${output ? ` Its last words: ${output}` : ''}`,
});

function lower(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It has ended already, or this system has no priorities: then it runs as it is.
  }
}

function terminate(child: ChildProcess): void {
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  child.once('close', () => clearTimeout(kill));
}

function keepTail({ stdout, stderr }: ChildProcess): () => string {
  let text = '';
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-TAIL);
    });
  }
  return () => text.trim();
}
