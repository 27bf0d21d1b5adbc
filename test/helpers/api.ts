import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Role } from '../../src/auth.ts';
import { systemActor } from '../../src/auth.ts';
import { type Cameo, startCameo } from '../../src/cameo.ts';
import type { Config } from '../../src/config.ts';
import { createKey } from '../../src/features/access/manage-keys.ts';
import type { Services } from '../../src/features/services.ts';
import type { Engine } from '../../src/startup/engine.ts';
import { createTestDatabase, type TestDatabase } from './db.ts';
import { NOW } from './world.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a query answers is known to the test that asks it
type Data = any;

export interface Answer {
  readonly status: number;
  readonly data?: Data;
  readonly errors?: {
    message: string;
    path?: string[];
    extensions: { code: string; field?: string[]; [name: string]: unknown };
  }[];
}

/** A Cameo of its own, spoken to over real HTTP. */
export interface TestApi {
  readonly url: string;
  readonly devKey: string;
  readonly services: Services;
  /** Asks with the development key, unless another is given. */
  ask(query: string, variables?: object, key?: string | null): Promise<Answer>;
  /** The data of an answer that must have no errors. */
  data(query: string, variables?: object): Promise<Data>;
  makeKey(role: Role, domains?: string[]): Promise<string>;
  stop(): Promise<void>;
}

const DEV_KEY = 'development-key-of-the-tests';

/** Starts Cameo on a database of its own, unless one is given; the clock stands still at NOW. */
export async function startTestApi(
  overrides: Partial<Config> = {},
  given?: TestDatabase,
  engine?: Engine,
): Promise<TestApi> {
  const database = given ?? (await createTestDatabase());
  const home = mkdtempSync(join(tmpdir(), 'cameo-test-'));
  const config = testConfig(database.url, home, overrides);
  const never = new AbortController().signal;
  const cameo = await startCameo(config, pino({ level: 'silent' }), never, engine);
  const url = urlOf(cameo);
  const ask = (query: string, variables: object = {}, key: string | null = DEV_KEY) =>
    post(url, { query, variables }, key);
  return {
    url,
    devKey: DEV_KEY,
    services: cameo.services,
    ask,
    data: async (query, variables) => {
      const answer = await ask(query, variables);
      if (answer.errors) throw new Error(JSON.stringify(answer.errors, null, 2));
      return answer.data;
    },
    makeKey: async (role, domains = []) =>
      (await createKey(cameo.services, systemActor('test'), { name: role, role, domains })).key,
    stop: async () => {
      await cameo.stop();
      rmSync(home, { recursive: true, force: true });
      await database.drop();
    },
  };
}

function testConfig(databaseUrl: string, home: string, overrides: Partial<Config>): Config {
  return {
    mode: 'test',
    role: 'api',
    host: '127.0.0.1',
    port: 0,
    home,
    databaseUrl,
    devKey: DEV_KEY,
    seed: false,
    now: new Date(NOW),
    logLevel: 'silent',
    documents: undefined,
    dataFolder: '../shared/data',
    ml: {
      backend: 'cpu',
      threads: 1,
      providers: ['cpu'],
      artefacts: join(home, 'artefacts'),
      bucket: undefined,
    },
    prototypeFolder: undefined,
    ...overrides,
  };
}

function urlOf(cameo: Cameo): string {
  if (!cameo.api) throw new Error('this role has no API');
  return cameo.api.url;
}

async function post(url: string, body: object, key: string | null): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== null && { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as object) };
}
