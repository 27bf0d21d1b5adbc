import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A folder with these files, by path and content. */
export function makeFolder(
  home: string,
  name: string,
  files: Readonly<Record<string, string>>,
): string {
  const folder = join(home, name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
