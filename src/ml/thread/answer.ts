import { parentPort } from 'node:worker_threads';
import { MlError } from '../errors.ts';
import type { Answer, Call } from './messages.ts';

export interface Reply {
  readonly result: unknown;
  /** Memory that the other side gets instead of a copy. */
  readonly transfer?: ArrayBuffer[];
}

/** Answers all that the thread is asked; an error's message and code go back, the thread goes on. */
export function answerQuestions<Question>(answer: (question: Question) => Promise<Reply>): void {
  const port = parentPort;
  port?.on('message', ({ call, question }: Call<Question>) => {
    answer(question).then(
      ({ result, transfer = [] }) => port.postMessage({ call, result } satisfies Answer, transfer),
      (error: Error) => port.postMessage({ call, error: toMessage(error) } satisfies Answer),
    );
  });
}

const toMessage = (error: Error) => ({
  message: error.message,
  code: error instanceof MlError ? error.code : undefined,
});
