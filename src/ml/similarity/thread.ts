import { Worker } from 'node:worker_threads';
import { MlError } from '../errors.ts';
import type { IndexChange, IndexSize } from './indexes.ts';
import type { Neighbour, Query } from './search.ts';
import type { Answer, Request } from './worker.ts';

/** The indexes of `createIndexes` on a thread of their own, which starts when it is first needed. */
export interface SimilarityThread {
  /** The rows' buffer goes to the thread and cannot be used any more. */
  update(index: string, change: IndexChange): Promise<IndexSize>;
  drop(index: string): Promise<void>;
  /** @throws MlError UNAVAILABLE when there is no such index, as after the thread has died. */
  search(index: string, queries: readonly Query[]): Promise<Neighbour[][]>;
  /** Stops the thread for good; calls under way and later ones fail. */
  close(): Promise<void>;
}

interface Call {
  resolve(result: never): void;
  reject(error: Error): void;
}

const STOPPED = 'The similarity search was stopped.';

type Ask = Request extends infer Each ? (Each extends Request ? Omit<Each, 'call'> : never) : never;

export function createSimilarityThread(): SimilarityThread {
  const calls = new Map<number, Call>();
  let count = 0;
  let worker: Worker | undefined;
  let closed = false;

  const settle = (answer: Answer) => {
    const call = calls.get(answer.call);
    calls.delete(answer.call);
    if ('error' in answer) call?.reject(toError(answer.error));
    else call?.resolve(answer.result as never);
  };
  const die = (reason: string) => {
    worker = undefined;
    for (const { reject } of calls.values()) reject(new MlError('UNAVAILABLE', reason));
    calls.clear();
  };
  const start = () => {
    const started = new Worker(new URL('./worker-start.mjs', import.meta.url), { execArgv: [] });
    started.on('message', settle);
    started.on('error', (error) => die(`The similarity search ended: ${error.message}`));
    started.on('exit', () => {
      if (worker === started) die('The similarity search has ended.');
    });
    return started;
  };
  const ask = <Result>(request: Ask, transfer: ArrayBuffer[] = []): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(new MlError('UNAVAILABLE', STOPPED));
      count += 1;
      calls.set(count, { resolve, reject });
      worker ??= start();
      worker.postMessage({ ...request, call: count }, transfer);
    });

  return {
    update: (index, change) =>
      ask({ does: 'update', index, change }, [change.rows.buffer as ArrayBuffer]),
    drop: (index) => ask({ does: 'drop', index }),
    search: (index, queries) => ask({ does: 'search', index, queries }),
    async close() {
      closed = true;
      const running = worker;
      die(STOPPED);
      await running?.terminate();
    },
  };
}

const toError = ({ message, code }: Extract<Answer, { error: unknown }>['error']): Error =>
  code ? new MlError(code, message) : new Error(message);
