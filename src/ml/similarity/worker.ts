// The thread that searches: the API's own thread goes on answering while it computes.
import { type MessagePort, parentPort } from 'node:worker_threads';
import { MlError, type MlErrorCode } from '../errors.ts';
import { createIndexes, type IndexChange } from './indexes.ts';
import type { Query } from './search.ts';

/** What the thread is asked. */
export type Request = { readonly call: number; readonly index: string } & (
  | { readonly does: 'update'; readonly change: IndexChange }
  | { readonly does: 'drop' }
  | { readonly does: 'search'; readonly queries: readonly Query[] }
);

/** What it answers. */
export type Answer = { readonly call: number } & (
  | { readonly result: unknown }
  | { readonly error: { readonly message: string; readonly code: MlErrorCode | undefined } }
);

type Search = Extract<Request, { does: 'search' }>;

function serve(port: MessagePort): void {
  const indexes = createIndexes();
  let waiting: Search[] = [];
  const answer = (call: number, work: () => unknown) =>
    Promise.resolve()
      .then(work)
      .then(
        (result) => port.postMessage({ call, result } satisfies Answer),
        (error: Error) => port.postMessage({ call, error: toMessage(error) } satisfies Answer),
      );

  /** Searches that came while the last ones ran share one pass over the matrix. */
  const searchTogether = () => {
    const searches = waiting;
    waiting = [];
    for (const index of new Set(searches.map((search) => search.index))) {
      const group = searches.filter((search) => search.index === index);
      const found = indexes.search(
        index,
        group.flatMap(({ queries }) => queries),
      );
      let start = 0;
      for (const { call, queries } of group) {
        const from = start;
        start += queries.length;
        void answer(call, async () => (await found).slice(from, from + queries.length));
      }
    }
  };

  port.on('message', (request: Request) => {
    const { call, index } = request;
    if (request.does === 'update') void answer(call, () => indexes.update(index, request.change));
    else if (request.does === 'drop') void answer(call, () => indexes.drop(index));
    else if (waiting.push(request) === 1) setImmediate(searchTogether);
  });
}

const toMessage = (error: Error) => ({
  message: error.message,
  code: error instanceof MlError ? error.code : undefined,
});

if (parentPort) serve(parentPort);
