import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { requireRoot, rootHash } from '../../../../src/ml/t5/run/root.ts';
import { startOf } from '../../../../src/ml/t5/run/start.ts';
import { readSafetensors, writeSafetensors } from '../../../../src/ml/weights/safetensors.ts';
import { writeBase } from './world.ts';

const NAME = 'shared.weight';
let root: string;
let version: string;
beforeAll(async () => {
  root = await writeBase();
  version = join(root, 'version');
  for (const file of ['config.json', 'tokenizer.json'])
    await cp(join(root, file), join(version, file));
  const weights = await readSafetensors(join(root, 'model.safetensors'));
  for (const { data } of weights.values())
    for (const i of data.keys()) data[i] = 1 + (data[i] ?? 0);
  await writeSafetensors(join(version, 'model.safetensors'), weights);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** How far the start is from the root; the version is 1 away. */
async function distance(spec: { readonly root?: string }, sourceShare: number): Promise<number> {
  const { weights } = await startOf({ base: version, ...spec }, { sourceShare });
  const before = await readSafetensors(join(root, 'model.safetensors'));
  return (weights.get(NAME)?.data[0] as number) - (before.get(NAME)?.data[0] as number);
}

describe('where a run starts', () => {
  it('is its base, where nothing is known of what that was trained from', async () => {
    expect(await distance({}, 0.5)).toBeCloseTo(1, 5);
  });

  it('is between a version and its root, by the share asked for', async () => {
    expect(await distance({ root }, 0.5)).toBeCloseTo(0.5, 5);
    expect(await distance({ root }, 1)).toBeCloseTo(1, 5);
    expect(await distance({ root }, 0)).toBeCloseTo(0, 5);
  });
});

describe('what a version was trained from', () => {
  const asked = { compare: true, ensemble: false };

  it('is told by the weights that its line of versions began with', async () => {
    const wanted = await rootHash(root);
    expect(await rootHash(await versionOf({ root: wanted }))).toBe(wanted);
    // Versions from before this was kept are trusted.
    expect(await rootHash(await versionOf({}))).toBeUndefined();
  });

  it('must be what it was', async () => {
    const base = await versionOf({ root: await rootHash(root) });
    await expect(requireRoot({ base, root }, asked)).resolves.toBeUndefined();
    await expect(requireRoot({ base, root: version }, asked)).rejects.toThrow(
      /has changed since the version in .* was trained from it: give "sourceShare": 1/,
    );
  });

  it('must be known where it is needed', async () => {
    await expect(requireRoot({ base: root }, asked)).rejects.toThrow(/need the root of a source/);
    const plain = { compare: false, ensemble: false };
    await expect(requireRoot({ base: root }, plain)).resolves.toBeUndefined();
  });
});

/** A folder of a version with this in its manifest. */
async function versionOf(known: { readonly root?: string | undefined }): Promise<string> {
  const folder = await mkdtemp(join(root, 'kept-'));
  const task = { kind: 'GENERATE', name: 'taste', labels: [] };
  const limits = { several: false, language: 'en', maxLength: 16, maxTokens: 6, beams: 1 };
  const manifest = { task, ...limits, leastConfidence: null, ...known };
  await writeFile(join(folder, 'cameo.json'), JSON.stringify(manifest));
  return folder;
}
