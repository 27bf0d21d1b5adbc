import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FittedBaseline } from '../../baselines/baseline.ts';
import { baselineFile } from '../../baselines/in-folder.ts';
import { MANIFEST, writeModelFolder } from '../../model-folder.ts';
import type { FloatType } from '../../weights/floats.ts';
import { writeSafetensors } from '../../weights/safetensors.ts';
import type { Weights } from '../../weights/weights.ts';
import { hubT5Config } from '../config.ts';
import type { T5Base } from './base.ts';
import type { Members } from './decoding.ts';
import { graphFiles } from './graph-files.ts';
import type { T5Manifest } from './manifest.ts';

/** A trained version, as its folder will hold it. */
export interface T5Version {
  readonly base: T5Base;
  readonly weights: Weights;
  /** Of its own model and those that answer with it. */
  readonly graphs: Members<Uint8Array>;
  /** What its tasks are stacked with, those that are, its own first. */
  readonly baselines: readonly (FittedBaseline | undefined)[];
  readonly manifest: Omit<T5Manifest, 'members'>;
}

/**
 * Writes a version's folder anew, whole or not at all.
 * @throws MlError when the disk does not take it
 */
export async function saveT5Version(folder: string, version: T5Version): Promise<void> {
  const { base, weights, graphs, baselines, manifest } = version;
  await writeModelFolder(folder, async (part) => {
    await writeBase(part, base, weights, 'F32');
    for (const [member, files] of graphFiles(graphs.length).entries()) {
      const { encoder, decoder } = graphs[member] as Members<Uint8Array>[number];
      await writeFile(join(part, files.encoder), encoder);
      await writeFile(join(part, files.decoder), decoder);
    }
    for (const [task, baseline] of baselines.entries())
      if (baseline) await writeFile(join(part, baselineFile(task)), baseline.save());
    const members = graphs.map(({ weight }) => weight);
    await writeFile(join(part, MANIFEST), pretty({ ...manifest, members }));
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
