import { Worker } from 'node:worker_threads';
import { MlError } from '../errors.ts';
import type { Answer, Request, WorkerOptions } from './messages.ts';

/** A thread that runs models; it starts when it is first needed, and again after it has died. */
export interface ModelThread {
  /** Questions that it has not answered yet. */
  readonly waiting: number;
  /** @throws MlError UNAVAILABLE when the thread dies before it has answered */
  ask<Result>(question: Ask): Promise<Result>;
  /** Stops the thread; questions that it has not answered fail. */
  close(): Promise<void>;
}

type Ask = Request extends infer Each ? (Each extends Request ? Omit<Each, 'call'> : never) : never;

interface Call {
  resolve(result: never): void;
  reject(error: Error): void;
}

export function createModelThread(options: WorkerOptions): ModelThread {
  const calls = new Map<number, Call>();
  let count = 0;
  let worker: Worker | undefined;
  let closed = false;

  const settle = (answer: Answer) => {
    const call = calls.get(answer.call);
    calls.delete(answer.call);
    if ('error' in answer) call?.reject(toError(answer.error));
    else call?.resolve(answer.result as never);
    // An idle thread does not keep the process from ending.
    if (calls.size === 0) worker?.unref();
  };
  const end = (reason: string) => {
    worker = undefined;
    for (const { reject } of calls.values()) reject(new MlError('UNAVAILABLE', reason));
    calls.clear();
  };
  const start = () => {
    const url = new URL('./worker-start.mjs', import.meta.url);
    const started = new Worker(url, { execArgv: [], workerData: options });
    started.on('message', settle);
    started.on('error', (error) => end(`The thread that runs models ended: ${error.message}`));
    started.on('exit', () => {
      if (worker === started) end('The thread that runs models has ended.');
    });
    return started;
  };

  return {
    get waiting() {
      return calls.size;
    },
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (closed) throw new MlError('UNAVAILABLE', 'The model server was stopped.');
        count += 1;
        calls.set(count, { resolve, reject });
        worker ??= start();
        worker.ref();
        worker.postMessage({ ...question, call: count } satisfies Request);
      }),
    async close() {
      const running = worker;
      closed = true;
      end('The model server was stopped.');
      await running?.terminate();
    },
  };
}

const toError = ({ message, code }: Extract<Answer, { error: unknown }>['error']): Error =>
  code ? new MlError(code, message) : new Error(message);
