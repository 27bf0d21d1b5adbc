import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MlError } from '../../errors.ts';
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
  const pretty = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'config.json'), pretty(hubT5Config(base.config)));
    for (const name of ['tokenizer.json', 'tokenizer_config.json'])
      if (existsSync(join(base.folder, name)))
        await copyFile(join(base.folder, name), join(folder, name));
    await writeFile(join(folder, 'encoder.onnx'), graphs.encoder);
    await writeFile(join(folder, 'decoder.onnx'), graphs.decoder);
    await writeSafetensors(join(folder, 'model.safetensors'), weights);
    await writeFile(join(folder, 'cameo.json'), pretty(manifest));
  } catch (cause) {
    if (cause instanceof MlError) throw cause;
    throw new MlError('UNAVAILABLE', `Cannot save the version to ${folder}: ${String(cause)}`, {
      cause,
    });
  }
}
