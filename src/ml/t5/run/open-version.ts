import { join } from 'node:path';
import { loadTokenizer } from '../../tokenizer/load.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { readT5Config } from '../config.ts';
import { type Members, type OpenDecoder, openDecoder } from './decoding.ts';
import { graphFiles } from './graph-files.ts';
import type { Fitted } from './judge.ts';
import { readT5Manifest, type T5Manifest } from './manifest.ts';
import { createTextTask, type TextTask } from './text-task.ts';

/** A version ready to answer. */
export interface OpenVersion extends OpenDecoder {
  readonly manifest: T5Manifest;
  readonly tokenizer: Tokenizer;
  readonly task: TextTask;
  readonly fitted: Fitted;
}

/** @throws MlError when a file of the folder is missing or damaged */
export async function openVersion(folder: string, threads: number): Promise<OpenVersion> {
  const manifest = await readT5Manifest(folder);
  const config = await readT5Config(join(folder, 'config.json'));
  const tokenizer = await loadTokenizer(folder);
  const files = graphFiles(manifest.members.length);
  const [own, ...others] = files.map(({ encoder, decoder }, member) => ({
    encoder: join(folder, encoder),
    decoder: join(folder, decoder),
    weight: manifest.members[member] as number,
  }));
  const members: Members = [own as Members[number], ...others];
  const { decoder, close } = await openDecoder(config, members, threads);
  return {
    ...{ manifest, tokenizer, decoder, close },
    task: createTextTask(tokenizer, { ...manifest, ...manifest.task }),
    fitted: fittedOf(manifest),
  };
}

/** Without the fields that are absent. */
export function fittedOf({
  calibration,
  confidence,
  leastConfidence,
}: Pick<T5Manifest, 'calibration' | 'confidence' | 'leastConfidence'>): Fitted {
  return {
    ...(calibration && { calibration }),
    ...(confidence && { confidence }),
    threshold: { least: leastConfidence },
  };
}
