import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext } from '../../src/ml/run/context.ts';
import { runGenerate } from '../../src/ml/t5/run/generate.ts';
import { quick, rows, spec, writeBase } from '../ml/t5/run/world.ts';

/**
 * Trains a small T5 to tell price sensitivity from what was bought ("bought cheap soap" is low).
 * @returns the version's folder, in a new folder of its own
 */
export async function trainGenerator(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'cameo-generator-')), 'version');
  const context = createContext({ engine: 'onnx', threads: 1, elapsed: () => 0, report: () => {} });
  const own = spec(await writeBase(), quick);
  await runGenerate(context, own, rows(600, 1), async () => [], folder);
  return folder;
}

/** Changes what the version's manifest says. */
export async function changeManifest(
  folder: string,
  change: (manifest: Record<string, unknown>) => object,
): Promise<void> {
  const path = join(folder, 'cameo.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...manifest, ...change(manifest) }));
}
