import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
