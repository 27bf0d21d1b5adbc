import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';

const charOid = 18;
const textOid = 25;
const madeHere = new Map();

/** PrismaPg with what the schema engine needs on top of what a client needs. */
export class MigrationPg extends PrismaPg {
  #url;
  #shadowUrl;

  /** @param {{ url: string, shadowDatabaseUrl?: string }} datasource */
  constructor({ url, shadowDatabaseUrl }) {
    // The engine takes session locks: all its statements must share one connection.
    super({ connectionString: url, max: 1 });
    this.#url = url;
    this.#shadowUrl = shadowDatabaseUrl;
  }

  async connect() {
    return correct(await super.connect());
  }

  /** An empty database to replay migrations in: the one configured, else one made for it. */
  async connectToShadowDb() {
    const url = this.#shadowUrl ?? (await createShadow(this.#url));
    if (this.#shadowUrl) {
      await execute(url, 'DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public');
    }
    const adapter = correct(await new PrismaPg({ connectionString: url, max: 1 }).connect());
    const dispose = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await dispose();
      await dropShadow(url);
    };
    return adapter;
  }
}

/** Drops the shadow databases that the engine did not dispose of. Call before exit. */
export async function dropShadows() {
  await Promise.all([...madeHere.keys()].map(dropShadow));
}

async function createShadow(url) {
  const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
  await execute(url, `CREATE DATABASE "${name}" TEMPLATE template0`);
  const shadow = withDatabase(url, name);
  madeHere.set(shadow, { url, name });
  return shadow;
}

async function dropShadow(shadow) {
  const made = madeHere.get(shadow);
  if (!made) return;
  madeHere.delete(shadow);
  await execute(made.url, `DROP DATABASE IF EXISTS "${made.name}" WITH (FORCE)`);
}

function correct(adapter) {
  speakChar(adapter);
  // The adapter's own splits at every semicolon, those in function bodies and strings included.
  adapter.executeScript = async (script) => {
    await adapter
      .underlyingDriver()
      .query(script)
      .catch((error) => adapter.onError(error));
  };
  return adapter;
}

/** The engine reads catalogue columns of type "char", which the adapter rejects as unknown. */
function speakChar(adapter) {
  const { performIO, queryRaw } = adapter;
  const chars = new WeakMap();
  adapter.performIO = async (query) => {
    const result = await performIO.call(adapter, query);
    const columns = result.fields.flatMap((field, i) => (field.dataTypeID === charOid ? [i] : []));
    for (const column of columns) result.fields[column].dataTypeID = textOid;
    chars.set(result.rows, columns);
    return result;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw.call(adapter, query);
    for (const column of chars.get(result.rows) ?? []) {
      result.columnTypes[column] = ColumnTypeEnum.Character;
    }
    return result;
  };
}

/** `url` with another database. */
export function withDatabase(url, name) {
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

/** Runs a script on a connection of its own. */
export async function execute(url, script) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(script);
  } finally {
    await client.end();
  }
}
