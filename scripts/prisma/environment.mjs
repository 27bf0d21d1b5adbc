// Without dependencies beyond Node: scripts/setup.mjs uses it right after an install.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const modules = new URL('../../node_modules/', import.meta.url);

/** The Prisma CLI's entry. */
export const cliPath = fileURLToPath(new URL('prisma/build/index.js', modules));

/** What to add to the environment of the Prisma CLI so that it neither downloads nor phones home. */
export function engineEnvironment() {
  const quiet = { CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' };
  if (process.env.PRISMA_SCHEMA_ENGINE_BINARY || hasBinary()) return quiet;
  const shim = fileURLToPath(new URL('schema-engine.mjs', import.meta.url));
  return { ...quiet, PRISMA_SCHEMA_ENGINE_BINARY: shim };
}

function hasBinary() {
  return readdirSync(new URL('@prisma/engines/', modules)).some((name) =>
    /^schema-engine-.*(?<!\.(gz|sha256|tmp))$/.test(name),
  );
}
