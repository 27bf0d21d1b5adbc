#!/usr/bin/env node
// Stands in for Prisma's schema-engine binary, which cannot be downloaded on many machines: the
// same arguments, and the same JSON-RPC over stdin and stdout, answered by the WebAssembly build.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { dropShadows } from './adapter.mjs';
import { canConnect, createDatabase, dropDatabase, dropOwnSchemas } from './database.mjs';
import { engineVersion, openEngine } from './engine.mjs';

const { values: options, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    datasource: { type: 'string' },
    datamodels: { type: 'string', multiple: true, default: [] },
    version: { type: 'boolean', short: 'V' },
  },
});
const datasource = JSON.parse(options.datasource ?? '{}');

if (options.version) {
  console.log(`schema-engine-cli ${engineVersion()}`);
} else if (positionals[0] === 'cli') {
  process.exitCode = await runDatabaseCommand(positionals[1]);
} else {
  await serve();
}

/** `cli can-connect-to-database` and its like: an exit status, and an error as a log line. */
async function runDatabaseCommand(command) {
  const commands = {
    'can-connect-to-database': canConnect,
    'create-database': createDatabase,
    'drop-database': dropDatabase,
  };
  try {
    await commands[command](datasource.url);
    return 0;
  } catch (error) {
    logError(error.message, errorCode(error));
    return 1;
  }
}

function errorCode({ code }) {
  return { '3D000': 'P1003', '28P01': 'P1000' }[code] ?? 'P1001';
}

function logError(message, code) {
  const fields = { message, is_panic: false, error_code: code };
  console.error(`\n${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}`);
}

/** Answers requests, one after the other, until stdin ends. */
async function serve() {
  let engine;
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    const { id, method, params } = JSON.parse(line);
    // What has no method is the CLI's answer to a message of ours.
    if (method === undefined) continue;
    try {
      engine ??= await openEngine(datasource, options.datamodels);
      send({ id, result: await answer(engine, id, method, params) });
    } catch (error) {
      send({ id, error: asRpcError(error) });
    }
    await dropShadows();
  }
  process.exit();
}

async function answer(engine, id, method, params) {
  if (method === 'getDatabaseVersion') return engine.version(null);
  if (method === 'createDatabase') return createDatabase(datasource.url);
  if (method === 'reset') await dropOwnSchemas(datasource.url);
  if (method === 'diff') return answerDiff(engine, id, params);
  return (await engine[method](params)) ?? {};
}

/** The binary prints a difference through the CLI rather than returning it. */
async function answerDiff(engine, id, params) {
  const { exitCode, stdout } = await engine.diff(params);
  if (stdout) send({ id: `print-${id}`, method: 'print', params: { content: stdout } });
  return { exitCode };
}

function asRpcError({ message, code, meta, stack }) {
  const data = { is_panic: false, message, error_code: code, meta: meta ?? null, backtrace: stack };
  return { code: 4466, message: 'An error happened. Check the data field for details.', data };
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}
