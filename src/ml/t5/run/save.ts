import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeModelFolder } from '../../model-folder.ts';
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
 * Writes a version's folder anew, whole or not at all.
 * @throws MlError when the disk does not take it
 */
export async function saveT5Version(folder: string, version: T5Version): Promise<void> {
  const { base, weights, graphs, manifest } = version;
  await writeModelFolder(folder, async (part) => {
    await writeBase(part, base, weights, 'F32');
    await writeFile(join(part, 'encoder.onnx'), graphs.encoder);
    await writeFile(join(part, 'decoder.onnx'), graphs.decoder);
    await writeFile(join(part, 'cameo.json'), pretty(manifest));
  });
}

/**
 * Writes a folder that trainings can start from, whole or not at all: `base` with other weights.
 * @throws MlError when the disk does not take it
 */
export async function saveT5Base(
  folder: string,
  base: T5Base,
  weights: Weights,
  type: FloatType = 'F32',
): Promise<void> {
  await writeModelFolder(folder, (part) => writeBase(part, base, weights, type));
}

async function writeBase(
  part: string,
  base: T5Base,
  weights: Weights,
  type: FloatType,
): Promise<void> {
  await writeFile(join(part, 'config.json'), pretty(hubT5Config(base.config)));
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    if (existsSync(join(base.folder, name)))
      await copyFile(join(base.folder, name), join(part, name));
  await writeSafetensors(join(part, 'model.safetensors'), weights, {}, type);
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
