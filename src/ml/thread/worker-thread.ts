import { Worker } from 'node:worker_threads';
import { MlError } from '../errors.ts';
import type { Answer, Call } from './messages.ts';

/** A thread that answers questions; it starts when it is first needed, and again after it has died. */
export interface WorkerThread<Question> {
  /** Questions that it has not answered yet. */
  readonly waiting: number;
  /**
   * What is in `transfer` goes to the thread and cannot be used any more.
   * @throws MlError UNAVAILABLE when the thread dies or is stopped before it has answered
   */
  ask<Result>(question: Question, transfer?: ArrayBuffer[]): Promise<Result>;
  /** Stops the thread for good; questions under way and later ones fail. */
  close(): Promise<void>;
}

export interface WorkerThreadOptions {
  /** What its errors call it. */
  readonly name: string;
  /** What it runs: a module that calls `answerQuestions`. */
  readonly module: URL;
  /** The module's `workerData`. */
  readonly data?: unknown;
}

interface Waiting {
  resolve(result: never): void;
  reject(error: Error): void;
}

export function createWorkerThread<Question>(options: WorkerThreadOptions): WorkerThread<Question> {
  const { name, module, data } = options;
  const calls = new Map<number, Waiting>();
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
    const url = new URL('./start.mjs', import.meta.url);
    const started = new Worker(url, { execArgv: [], argv: [module.href], workerData: data });
    started.on('message', settle);
    started.on('error', (error) => end(`${name} ended: ${error.message}`));
    started.on('exit', () => {
      if (worker === started) end(`${name} has ended.`);
    });
    return started;
  };

  return {
    get waiting() {
      return calls.size;
    },
    ask: (question, transfer = []) =>
      new Promise((resolve, reject) => {
        if (closed) throw new MlError('UNAVAILABLE', `${name} was stopped.`);
        count += 1;
        calls.set(count, { resolve, reject });
        worker ??= start();
        worker.ref();
        worker.postMessage({ call: count, question } satisfies Call<Question>, transfer);
      }),
    async close() {
      const running = worker;
      closed = true;
      end(`${name} was stopped.`);
      await running?.terminate();
    },
  };
}

const toError = ({ message, code }: Extract<Answer, { error: unknown }>['error']): Error =>
  code ? new MlError(code, message) : new Error(message);
