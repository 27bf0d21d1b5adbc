import type { Config } from '../config.ts';
import { ensureDevKey } from '../features/access/dev-key.ts';
import { rememberKeys } from '../features/access/key-memory.ts';
import { health } from '../features/health.ts';
import type { Services } from '../features/services.ts';
import type { Context } from '../resolvers/context.ts';
import { createGather } from '../resolvers/gather.ts';
import { createLoaders } from '../resolvers/loaders.ts';
import { buildApi } from '../resolvers/schema.ts';
import { startServer } from '../server.ts';
import { banner } from './banner.ts';
import type { Closing } from './closing.ts';

export interface Api {
  /** Of the GraphQL endpoint. */
  readonly url: string;
  /** What to show a person. */
  readonly banner: string;
}

/** Starts the API. In development on loopback there is one development key, which the banner shows. */
export async function openApi(config: Config, services: Services, closing: Closing): Promise<Api> {
  const keys = rememberKeys(services, services.notifications);
  closing.add('key memory', () => keys.close());
  const development = config.mode !== 'production';
  const devKey = development
    ? await ensureDevKey(services, { home: config.home, value: config.devKey })
    : undefined;
  const gather = createGather();
  const server = await startServer<Context>({
    schema: buildApi(services.store.list()),
    contextFor: async (authorization) => {
      const actor = await keys.authenticate(authorization);
      return { actor, services, loaders: createLoaders(services, actor, gather) };
    },
    log: services.log,
    host: config.host,
    port: config.port,
    development,
    documents: config.documents,
    isHealthy: async () => (await health(services)).status !== 'DOWN',
  });
  closing.add('API', () => server.stop());
  return { url: server.url, banner: banner(server.url, devKey) };
}
