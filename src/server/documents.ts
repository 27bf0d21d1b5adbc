import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApolloServerPlugin } from '@apollo/server';
import { CameoError } from '../errors.ts';
import { refusal } from './mask.ts';

/** The documents that may run, by the SHA-256 of their text. */
export type Allowlist = ReadonlySet<string>;

/** Reads every .graphql file of a folder. @throws Error when the folder has none. */
export function readAllowlist(folder: string): Allowlist {
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  if (files.length === 0)
    throw new Error(`CAMEO_DOCUMENTS names ${folder}, which has no .graphql file.`);
  return new Set(files.map((name) => fingerprint(readFileSync(join(folder, name), 'utf8'))));
}

/** Line ends and outer white space do not count: clients differ in them. */
export function fingerprint(document: string): string {
  const text = document.replaceAll('\r\n', '\n').trim();
  return createHash('sha256').update(text).digest('hex');
}

/** @throws GraphQLError FORBIDDEN for a document that is not on the list. */
export function requireAllowed(allowlist: Allowlist, document: string): void {
  if (allowlist.has(fingerprint(document))) return;
  throw refusal(
    new CameoError('FORBIDDEN', 'This server runs only the documents it was given at start.'),
  );
}

/** Refuses other documents before they run. */
export function allowlistPlugin<Context extends object>(
  allowlist: Allowlist,
): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ source }) => requireAllowed(allowlist, source),
    }),
  };
}
