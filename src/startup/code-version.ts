import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What trains models here, such as `0.1.0+ml.1f2e3d4c5b6a`: the release, and a hash of src/ml. */
export function readCodeVersion(): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folder = join(root, 'src/ml');
  const hash = createHash('sha256');
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const path of paths.filter((name) => name.endsWith('.ts')).sort())
    hash.update(path).update(readFileSync(join(folder, path)));
  return `${version}+ml.${hash.digest('hex').slice(0, 12)}`;
}
