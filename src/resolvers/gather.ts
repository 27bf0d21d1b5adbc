import DataLoader from 'dataloader';

/** Reads a list of values in the order of their keys. */
type Read<Key, Value> = (keys: readonly Key[]) => Promise<Value[]>;

/**
 * Puts together what different requests ask at the same moment: the values of one `topic` come from
 * one call of `read`, which must not depend on anything but the topic and the keys.
 */
export type Gather = <Key, Value>(
  topic: string,
  keys: readonly Key[],
  read: Read<Key, Value>,
) => Promise<Value[]>;

/** Keys of one call, so that a crowd does not make one statement that all of it waits for. */
const MOST_KEYS = 200;

/**
 * Under load a statement that serves many requests costs little more than one that serves a single
 * one. Alone, a request waits no longer than the turn of the event loop.
 */
export function createGather(): Gather {
  const open = new Map<string, DataLoader<unknown, unknown>>();
  return async (topic, keys, read) => {
    const loader = open.get(topic) ?? start(open, topic, read as Read<unknown, unknown>);
    const values = await loader.loadMany(keys);
    const failure = values.find((value) => value instanceof Error);
    if (failure) throw failure;
    return values as never;
  };
}

function start(
  open: Map<string, DataLoader<unknown, unknown>>,
  topic: string,
  read: Read<unknown, unknown>,
): DataLoader<unknown, unknown> {
  const loader = new DataLoader<unknown, unknown>(
    (keys) => {
      // Whoever comes from now on starts the next one; topics name cursors and must not pile up.
      open.delete(topic);
      return read([...new Set(keys)]).then((values) => inOrderOf(keys, values));
    },
    {
      cache: false,
      maxBatchSize: MOST_KEYS,
      batchScheduleFn: (dispatch) => setImmediate(dispatch),
    },
  );
  open.set(topic, loader);
  return loader;
}

/** `values` are those of the different keys, in the order of their first appearance. */
function inOrderOf(keys: readonly unknown[], values: readonly unknown[]): unknown[] {
  const byKey = new Map([...new Set(keys)].map((key, index) => [key, values[index]]));
  return keys.map((key) => byKey.get(key));
}
