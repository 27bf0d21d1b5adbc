import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { TestApi } from './api.ts';

/** One subscription over a WebSocket of its own. */
export interface Subscription<Item> {
  /** The next item; fails with the server's errors. */
  next(): Promise<Item>;
  close(): Promise<void>;
}

/** Subscribes with a key; resolves when the socket is open. */
export async function subscribe<Item>(
  api: TestApi,
  query: string,
  key: string = api.devKey,
): Promise<Subscription<Item>> {
  const client = createClient({
    url: api.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    // A socket that breaks shows in the subscription itself.
    onNonLazyError: () => {},
    connectionParams: { authorization: `Bearer ${key}` },
  });
  await new Promise<void>((resolve) => {
    client.on('connected', () => resolve());
  });
  const results = client.iterate<Item>({ query });
  return {
    next: async () => {
      const { value } = await results.next();
      if (!value?.data) throw new Error(JSON.stringify(value?.errors ?? 'the stream has ended'));
      return value.data;
    },
    close: async () => {
      await results.return?.();
      await client.dispose();
    },
  };
}

/** Follows a job to its end; gives the states that it went through. */
export const followJob = (api: TestApi, id: string) => follow(api, 'jobUpdated', id);

/** The same of a training. */
export const followRun = (api: TestApi, id: string) => follow(api, 'trainingRunUpdated', id);

async function follow(api: TestApi, field: string, id: string): Promise<string[]> {
  const updates = await subscribe<Record<string, { state: string }>>(
    api,
    `subscription { ${field}(id: "${id}") { state } }`,
  );
  const states: string[] = [];
  while (!['DONE', 'FAILED'].includes(states.at(-1) ?? ''))
    states.push((await updates.next())[field]?.state ?? '');
  await updates.close();
  return states;
}
