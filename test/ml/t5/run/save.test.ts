import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadT5Base, type T5Base } from '../../../../src/ml/t5/run/base.ts';
import { saveT5Base } from '../../../../src/ml/t5/run/save.ts';
import type { Weights } from '../../../../src/ml/weights/weights.ts';
import { writeBase } from './world.ts';

describe('a base that is saved', () => {
  let base: T5Base;
  let folder: string;
  beforeAll(async () => {
    base = await loadT5Base(await writeBase());
    folder = join(await mkdtemp(join(tmpdir(), 'cameo-t5-save-')), 'model');
    await saveT5Base(folder, base, base.weights);
  });

  const content = async () => {
    const files = (await readdir(folder)).sort();
    return Promise.all(files.map(async (file) => [file, await readFile(join(folder, file))]));
  };

  it('is one that trainings can start from', async () => {
    const loaded = await loadT5Base(folder);
    expect(loaded.config).toEqual(base.config);
    expect(loaded.weights).toEqual(base.weights);
  });

  it('stays as it was when saving another in its place fails half way', async () => {
    const before = await content();
    const damaged: Weights = new Map(base.weights).set('last', {
      shape: [1],
      get data(): Float32Array {
        throw new Error('disk full');
      },
    });
    const saving = saveT5Base(folder, { ...base, config: { ...base.config, padId: 7 } }, damaged);
    await expect(saving).rejects.toThrow(/disk full/);
    expect(await content()).toEqual(before);
  });

  it('has nothing of the one whose place it takes', async () => {
    await writeFile(join(folder, 'decoder.onnx'), 'of another version');
    await saveT5Base(folder, base, base.weights);
    expect(await readdir(folder)).not.toContain('decoder.onnx');
  });

  it('says where it cannot be written', async () => {
    await writeFile(`${folder}.file`, '');
    const inside = join(`${folder}.file`, 'model');
    await expect(saveT5Base(inside, base, base.weights)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`Cannot write the model to ${inside}`),
    });
  });
});
