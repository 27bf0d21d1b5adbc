import { execute, withDatabase } from './adapter.mjs';

const duplicateDatabase = '42P04';

/** Connects and leaves. @param {string} url */
export async function canConnect(url) {
  await execute(url, 'SELECT 1');
}

/** Makes the database that `url` names unless it is there. @param {string} url */
export async function createDatabase(url) {
  const databaseName = nameOf(url);
  await execute(maintenance(url), `CREATE DATABASE ${quote(databaseName)}`).catch((error) => {
    if (error.code !== duplicateDatabase) throw error;
  });
  return { databaseName };
}

/** Drops the database that `url` names. @param {string} url */
export async function dropDatabase(url) {
  await execute(maintenance(url), `DROP DATABASE IF EXISTS ${quote(nameOf(url))}`);
}

// Cameo makes these beside what schema.prisma tells: the tables of feature views, and the job queue.
const ownSchemas = ['feature_store', 'graphile_worker'];

/** Drops what Prisma does not know of, so that a reset leaves nothing that migrations trip over. */
export async function dropOwnSchemas(url) {
  await execute(url, `DROP SCHEMA IF EXISTS ${ownSchemas.join(', ')} CASCADE`);
}

function maintenance(url) {
  return withDatabase(url, 'postgres');
}

function nameOf(url) {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function quote(identifier) {
  return `"${identifier.replaceAll('"', '""')}"`;
}
