// The thread that runs models: the API's own thread goes on answering while it computes.
import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { MlError } from '../errors.ts';
import type { Answer, Request, WorkerOptions } from './messages.ts';
import { openServedModel, type ServedModel } from './served-model.ts';
import { createSessionCache } from './session-cache.ts';

/** Behind the API's thread where both want a processor. */
const NICE = 10;

function serve(port: MessagePort, { session, limits }: WorkerOptions): void {
  const models = createSessionCache((folder) => openServedModel(folder, session), limits);
  port.on('message', (request: Request) => {
    models
      .with(request.folder, (model) => answer(port, model, request))
      .catch((error: Error) => {
        const code = error instanceof MlError ? error.code : undefined;
        const { message } = error;
        port.postMessage({ call: request.call, error: { message, code } } satisfies Answer);
      });
  });
}

async function answer(port: MessagePort, model: ServedModel, request: Request): Promise<void> {
  const { call } = request;
  const reply = (result: unknown, transfer: ArrayBuffer[] = []) =>
    port.postMessage({ call, result } satisfies Answer, transfer);
  if (request.does === 'describe') reply(model.manifest);
  else if (request.does === 'predict') reply(await model.predict(request.rows, request.reasons));
  else {
    const vectors = await model.embed(request.texts);
    reply(vectors, [vectors.buffer as ArrayBuffer]);
  }
}

if (parentPort) {
  // On Linux a thread has a priority of its own, which the threads that it starts inherit;
  // elsewhere it would be the whole process's.
  if (process.platform === 'linux') setPriority(0, NICE);
  serve(parentPort, workerData as WorkerOptions);
}
