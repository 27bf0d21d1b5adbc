import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CameoError } from '../../errors.ts';
import type { Bases } from './deps.ts';

/** The encoder that ships with Cameo. */
const SHIPPED = 'base-encoder';

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

/** What to say when a base is not there. */
export const noBase = (name: string | undefined): CameoError =>
  new CameoError(
    'NOT_FOUND',
    name === undefined
      ? 'The base encoder that ships with Cameo is not there: restore the folder models/.'
      : `There is no base model "${name}". Leave it out for the shipped one, or get it with \`npm run models:pull\`.`,
    ['base'],
  );
