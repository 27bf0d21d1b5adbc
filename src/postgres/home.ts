import { join } from 'node:path';

/** Where a Cameo home keeps its embedded database: the `dataDir` of `startPostgres`. */
export function postgresDir(home: string): string {
  return join(home, 'postgres');
}
