/** The server of this test run, handed from set-up to teardown within Jest's own process. */
export type TestServer = { adminUrl: string; dataDir: string; stop(): Promise<void> };

/** The migrated, empty database that every test database is a copy of. */
export const templateName = 'cameo_template';

const variable = 'CAMEO_TEST_POSTGRES';
const holder = globalThis as { cameoTestServer?: TestServer };

/** Keeps the server for teardown, and its address for Jest's workers, which inherit the environment. */
export function setServer(server: TestServer): void {
  holder.cameoTestServer = server;
  process.env[variable] = server.adminUrl;
}

/** The server that set-up started; undefined when it did not get that far. */
export function getServer(): TestServer | undefined {
  return holder.cameoTestServer;
}

/** The connection string of the server's maintenance database, in any worker. */
export function adminUrl(): string {
  const url = process.env[variable];
  if (url === undefined) throw new Error('No test server: run the tests through jest.config.mjs');
  return url;
}

/** `url` with another database. */
export function serverAddress(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}
