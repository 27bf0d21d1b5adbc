import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import { MigrationPg } from './adapter.mjs';

/**
 * The schema engine, compiled to WebAssembly, on a database.
 *
 * @param {{ url: string, shadowDatabaseUrl?: string }} datasource
 * @param {string[]} schemaPaths files of the Prisma schema
 */
export async function openEngine(datasource, schemaPaths) {
  instantiate();
  const datamodels = schemaPaths.map((path) => [path, readFileSync(path, 'utf8')]);
  const factory = bindMigrationAwareSqlAdapterFactory(new MigrationPg(datasource));
  const options = { datamodels: datamodels.length > 0 ? datamodels : undefined };
  return glue.SchemaEngine.new(options, ignoreLog, factory);
}

/** The engine's git commit. */
export function engineVersion() {
  instantiate();
  return glue.version();
}

let instantiated = false;

/** The package's own loader imports .wasm as a module, which Node does not do without a flag. */
function instantiate() {
  if (instantiated) return;
  instantiated = true;
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error(message) };
  const path = createRequire(import.meta.url)
    .resolve('@prisma/schema-engine-wasm/schema_engine_bg')
    .replace(/\.js$/, '.wasm');
  const module = new WebAssembly.Module(readFileSync(path));
  const { exports } = new WebAssembly.Instance(module, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
}

function ignoreLog() {}
