// The thread that searches: the API's own thread goes on answering while it computes.
import { answerQuestions } from '../thread/answer.ts';
import { createIndexes, type IndexChange } from './indexes.ts';
import type { Neighbour, Query } from './search.ts';

/** What the thread is asked. */
export type Request = { readonly index: string } & (
  | { readonly does: 'update'; readonly change: IndexChange }
  | { readonly does: 'drop' }
  | { readonly does: 'search'; readonly queries: readonly Query[] }
);

interface Search {
  readonly index: string;
  readonly queries: readonly Query[];
  found(neighbours: Promise<Neighbour[][]>): void;
}

const indexes = createIndexes();
let waiting: Search[] = [];

/** Searches that came while the last ones ran share one pass over the matrix. */
function searchTogether(): void {
  const searches = waiting;
  waiting = [];
  for (const index of new Set(searches.map((search) => search.index))) {
    const group = searches.filter((search) => search.index === index);
    const all = indexes.search(
      index,
      group.flatMap(({ queries }) => queries),
    );
    let start = 0;
    for (const { queries, found } of group) {
      const [from, to] = [start, start + queries.length];
      start = to;
      found(all.then((neighbours) => neighbours.slice(from, to)));
    }
  }
}

const search = (index: string, queries: readonly Query[]): Promise<Neighbour[][]> =>
  new Promise((found) => {
    if (waiting.push({ index, queries, found }) === 1) setImmediate(searchTogether);
  });

answerQuestions(async (request: Request) => {
  const { index } = request;
  if (request.does === 'update') return { result: indexes.update(index, request.change) };
  if (request.does === 'drop') return { result: indexes.drop(index) };
  return { result: await search(index, request.queries) };
});
