/** What waits for one slow reader: an async iterator that others put into. */
export interface Mailbox extends AsyncIterableIterator<string> {
  put(item: string): void;
  return(): Promise<IteratorResult<string>>;
}

/** The item that stands for "some items are lost": read the state anew. */
export const GAP = '';

/**
 * A first-in first-out box of at most `limit` items. When the reader falls behind that far, what
 * waits is thrown away and one GAP takes its place, so memory stays bounded and the reader knows.
 *
 * @param onReturn called once, when the reader leaves
 */
export function createMailbox(limit: number, onReturn: () => void): Mailbox {
  let waiting: string[] = [];
  let readers: ((result: IteratorResult<string>) => void)[] = [];
  let open = true;

  const end = (): IteratorResult<string> => ({ value: undefined, done: true });
  const box: Mailbox = {
    put(item) {
      if (!open) return;
      const reader = readers.shift();
      if (reader) reader({ value: item, done: false });
      else if (waiting.length < limit) waiting.push(item);
      else waiting = [GAP];
    },
    async next() {
      const item = waiting.shift();
      if (item !== undefined) return { value: item, done: false };
      if (!open) return end();
      return new Promise((resolve) => readers.push(resolve));
    },
    async return() {
      if (open) onReturn();
      open = false;
      waiting = [];
      for (const reader of readers) reader(end());
      readers = [];
      return end();
    },
    [Symbol.asyncIterator]: () => box,
  };
  return box;
}
