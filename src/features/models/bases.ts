import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CameoError } from '../../errors.ts';
import type { Bases } from './deps.ts';
import type { TaskKind } from './kinds.ts';

/** The encoder that ships with Cameo. */
const SHIPPED = 'base-encoder';
/** The text-to-text model that ships with it. */
const TEXT_TO_TEXT = 'base-t5';

/** The name of the base that a kind of task starts from when none is named; of most, the encoder. */
export const shippedBase = (kind: TaskKind): string | undefined =>
  kind === 'GENERATE' ? TEXT_TO_TEXT : undefined;

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
export function noBase(name: string | undefined, kind: TaskKind): CameoError {
  const shipped =
    kind === 'GENERATE'
      ? `The text-to-text base that ships with Cameo (models/${TEXT_TO_TEXT}) is not there: restore the folder models/, or name another T5 as the base.`
      : 'The base encoder that ships with Cameo is not there: restore the folder models/.';
  const named = `There is no base model "${name}". Leave it out for the shipped one, or get it with \`npm run models:pull\`.`;
  return new CameoError('NOT_FOUND', name === undefined ? shipped : named, ['base']);
}
