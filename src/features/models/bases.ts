import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bases } from './deps.ts';

/** The encoder that ships with Cameo. */
export const SHIPPED = 'base-encoder';

/** A name, or owner and name, as model hubs have them; never a way out of the folder. */
const NAME = /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/;

/** Bases are folders with a config.json; the first of `roots` that has a name wins. */
export function createBases(roots: readonly string[]): Bases {
  return {
    find(name = SHIPPED) {
      if (!NAME.test(name)) return undefined;
      const folders = roots.map((root) => join(root, name));
      return folders.find((folder) => existsSync(join(folder, 'config.json')));
    },
  };
}
