// The thread that runs models: the API's own thread goes on answering while it computes.
import { setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { createGraphBuilder } from '../onnx/builder.ts';
import { encodeModel } from '../onnx/encode.ts';
import { openSession, type SessionOptions } from '../onnx/session.ts';
import { answerQuestions, type Reply } from '../thread/answer.ts';
import type { Compute, Question, Request, WorkerOptions } from './messages.ts';
import { openVersion } from './open.ts';
import type { ServedModel } from './served.ts';
import { createSessionCache } from './session-cache.ts';

/** Behind the API's thread where both want a processor. */
const NICE = 10;

function serve({ session, limits }: WorkerOptions): void {
  let probed: Promise<Compute> | undefined;
  const settle = () => {
    probed ??= probe(session);
    return probed;
  };
  /** The provider that works is found out once: what is opened then is made for it. */
  const open = async (folder: string) => {
    const { provider } = await settle();
    return openVersion(folder, { ...session, providers: [provider] });
  };
  const models = createSessionCache(open, limits);
  answerQuestions(async (request: Request) => {
    if (request.does === 'probe') return { result: await settle() };
    return models.with(request.folder, (model) => ask(model, request));
  });
}

async function ask(model: ServedModel, question: Question): Promise<Reply> {
  if (question.does === 'describe') return { result: model.manifest };
  if (question.does === 'predict')
    return { result: await model.predict(question.rows, question.reasons) };
  const vectors = await model.embed(question.texts);
  return { result: vectors, transfer: [vectors.buffer as ArrayBuffer] };
}

/** Opens the least of graphs, to see which provider works. */
async function probe(options: SessionOptions): Promise<Compute> {
  const builder = createGraphBuilder();
  const x = builder.input({ name: 'x', type: 'float32', shape: [1] });
  builder.output({ name: 'y', type: 'float32', shape: [1] }, builder.node('Neg', [x]));
  const { provider, failures, close } = await openSession(encodeModel(builder.graph), options);
  await close();
  return { provider, failures };
}

// On Linux a thread has a priority of its own, which the threads that it starts inherit;
// elsewhere it would be the whole process's.
if (process.platform === 'linux') setPriority(0, NICE);
serve(workerData as WorkerOptions);
