import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { adminUrl, serverAddress, templateName } from './test-server.ts';

export type TestDatabase = {
  url: string;
  /** Removes it; fails when a connection to it is still open. */
  drop(): Promise<void>;
};

/** A migrated, empty database of its own for a test file. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(`TEMPLATE ${templateName} STRATEGY FILE_COPY`);
}

/** A database without any tables, for the tests of migrations. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('TEMPLATE template0');
}

async function createDatabase(options: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`CREATE DATABASE ${name} ${options}`);
  return {
    url: serverAddress(adminUrl(), name),
    drop: () => administer(`DROP DATABASE ${name}`),
  };
}

async function administer(statement: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}
