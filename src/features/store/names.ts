import { CameoError } from '../../errors.ts';

const NAME = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;
/** Leaves room for a version and an ending inside PostgreSQL's 63 bytes. */
const MAX_LENGTH = 48;

/**
 * Names become tables, columns and GraphQL fields, so they are snake_case.
 * @throws CameoError BAD_INPUT that says what was named.
 */
export function checkName(what: string, name: string): string {
  if (NAME.test(name) && name.length <= MAX_LENGTH) return name;
  throw new CameoError(
    'BAD_INPUT',
    `${what} "${name}": write a name in snake_case (letters, digits, single underscores), at most ${MAX_LENGTH} characters.`,
  );
}

/** @throws CameoError BAD_INPUT naming the first name that occurs twice. */
export function checkDistinct(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new CameoError('BAD_INPUT', `${what} "${twice}" is there twice; rename one.`);
}
