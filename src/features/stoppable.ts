/**
 * A generator that waits cannot be returned from: this one can, by ending the source that it waits for.
 */
export function stoppable<Item>(
  generator: AsyncGenerator<Item, undefined>,
  source: AsyncIterator<unknown>,
): AsyncIterableIterator<Item> {
  const iterator: AsyncIterableIterator<Item> = {
    next: () => generator.next(),
    return: async () => {
      await source.return?.();
      return generator.return(undefined);
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
