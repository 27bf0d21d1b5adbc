import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MlError } from '../../errors.ts';
import type { FloatType } from '../../weights/floats.ts';
import { writeSafetensors } from '../../weights/safetensors.ts';
import type { Weights } from '../../weights/weights.ts';
import { hubT5Config } from '../config.ts';
import type { DecodingGraphs } from '../decode/export.ts';
import type { T5Base } from './base.ts';
import type { T5Manifest } from './manifest.ts';

/** A trained version, as its folder will hold it. */
export interface T5Version {
  readonly base: T5Base;
  readonly weights: Weights;
  readonly graphs: DecodingGraphs;
  readonly manifest: T5Manifest;
}

/**
 * Writes a version's folder anew.
 * @throws MlError when the disk does not take it
 */
export async function saveT5Version(folder: string, version: T5Version): Promise<void> {
  const { base, weights, graphs, manifest } = version;
  await saveT5Base(folder, base, weights);
  await orFail(folder, async () => {
    await writeFile(join(folder, 'encoder.onnx'), graphs.encoder);
    await writeFile(join(folder, 'decoder.onnx'), graphs.decoder);
    await writeFile(join(folder, 'cameo.json'), pretty(manifest));
  });
}

/** Writes a folder that trainings can start from: `base` with other weights. */
export async function saveT5Base(
  folder: string,
  base: T5Base,
  weights: Weights,
  type: FloatType = 'F32',
): Promise<void> {
  await orFail(folder, async () => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'config.json'), pretty(hubT5Config(base.config)));
    for (const name of ['tokenizer.json', 'tokenizer_config.json'])
      if (existsSync(join(base.folder, name)))
        await copyFile(join(base.folder, name), join(folder, name));
    await writeSafetensors(join(folder, 'model.safetensors'), weights, {}, type);
  });
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function orFail(folder: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (cause instanceof MlError) throw cause;
    throw new MlError('UNAVAILABLE', `Cannot save the model to ${folder}: ${String(cause)}`, {
      cause,
    });
  }
}
