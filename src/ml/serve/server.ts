import { MlError } from '../errors.ts';
import type { SessionOptions } from '../onnx/session.ts';
import { createWorkerThread } from '../thread/worker-thread.ts';
import type { ServedRow } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import type { Compute, Question, Request, WorkerOptions } from './messages.ts';
import type { Prediction } from './served.ts';

export interface ModelServerOptions {
  /**
   * Threads that compute, each with models of its own. Several with one thread of ONNX Runtime each
   * are faster than one with several: they wait for each other less.
   */
  readonly workers?: number;
  readonly session?: SessionOptions;
  /** Memory that each worker may keep models open in, in bytes. */
  readonly memory?: number;
  /** A model that nobody has asked for so long is closed. */
  readonly idleMs?: number;
  /** Most reasons of a prediction; 0 saves the time to find them. */
  readonly reasons?: number;
}

/** A version of an embedding model, loaded. */
export interface ServedEmbedder {
  readonly version: string;
  readonly dimensions: number;
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

/**
 * Runs the versions of models, each in a folder of its own: a promotion is another folder in the next
 * request, and nothing else changes hands. What is asked first is answered first, in parts, so that
 * many texts do not hold up a few.
 */
export interface ModelServer {
  /** @throws MlError when the folder holds no embedding model that can be read */
  embedder(folder: string, version: string): Promise<ServedEmbedder>;
  /** One prediction for each row, in order. @throws MlError as `embedder`, or on a row's account */
  predict(folder: string, rows: readonly ServedRow[]): Promise<Prediction[]>;
  /** What the models run on, and why not on what was to come first. */
  probe(): Promise<Compute>;
  close(): Promise<void>;
}

const [GIB, MINUTE] = [2 ** 30, 60_000];
/** Texts of a question: some batches' worth, and small enough to come between others. */
const TEXTS_AT_ONCE = 256;
const ROWS_AT_ONCE = 64;

export function createModelServer(options: ModelServerOptions = {}): ModelServer {
  const { workers = 1, session = { threads: 1 }, reasons = 5 } = options;
  const limits = { bytes: options.memory ?? GIB, idleMs: options.idleMs ?? 10 * MINUTE };
  const threads = Array.from({ length: workers }, () => createModelThread({ session, limits }));

  const ask = <Result>(folder: string, question: Question): Promise<Result> => {
    const [idlest] = threads.toSorted((a, b) => a.waiting - b.waiting);
    if (!idlest) throw new MlError('UNAVAILABLE', 'The model server has no threads.');
    return idlest.ask({ ...question, folder });
  };
  /** Parts go out as answers come in, two for each thread: one at work and one that waits. */
  const inParts = <Part, Result>(parts: readonly Part[], run: (part: Part) => Promise<Result>) =>
    mapLimited(parts, 2 * workers, run);

  return {
    async embedder(folder, version) {
      const { dimensions } = await ask<Manifest>(folder, { does: 'describe' });
      if (!dimensions)
        throw new MlError('BAD_INPUT', `The model in ${folder} gives no vectors of texts.`);
      const embed = (texts: readonly string[]) =>
        ask<Float32Array>(folder, { does: 'embed', texts });
      return {
        ...{ version, dimensions },
        embed: (texts) => embedSorted(texts, dimensions, (parts) => inParts(parts, embed)),
      };
    },
    async predict(folder, rows) {
      const answers = await inParts(slices(rows, ROWS_AT_ONCE), (part) =>
        ask<Prediction[]>(folder, { does: 'predict', rows: part, reasons }),
      );
      return answers.flat();
    },
    async probe() {
      const [first] = threads;
      if (!first) throw new MlError('UNAVAILABLE', 'The model server has no threads.');
      return first.ask<Compute>({ does: 'probe' });
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

const createModelThread = (data: WorkerOptions) =>
  createWorkerThread<Request>({
    name: 'The model server',
    module: new URL('./worker.ts', import.meta.url),
    data,
  });

/** Parts of texts of like length, so that the batches within are too; vectors in the texts' order. */
async function embedSorted(
  texts: readonly string[],
  dimensions: number,
  run: (parts: readonly (readonly string[])[]) => Promise<Float32Array[]>,
): Promise<Float32Array[]> {
  const lengths = Int32Array.from(texts, ({ length }) => length);
  const order = Array.from(texts, (_, place) => place).sort(
    (a, b) => (lengths[b] as number) - (lengths[a] as number),
  );
  const parts = slices(order, TEXTS_AT_ONCE);
  const answers = await run(parts.map((part) => part.map((place) => texts[place] as string)));
  const vectors: Float32Array[] = new Array(texts.length);
  for (const [at, part] of parts.entries())
    for (const [row, place] of part.entries()) {
      const from = row * dimensions;
      vectors[place] = (answers[at] as Float32Array).slice(from, from + dimensions);
    }
  return vectors;
}

function slices<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}

/** Results in order, with at most `limit` under way; the first failure ends it. */
async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const left = items.entries();
  const work = async () => {
    for (const [at, item] of left) results[at] = await run(item);
  };
  await Promise.all(Array.from({ length: limit }, work));
  return results;
}
