import { join } from 'node:path';
import { openSession } from '../../onnx/session.ts';
import { loadTokenizer } from '../../tokenizer/load.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { readT5Config } from '../config.ts';
import type { Decoder } from '../decode/decoder.ts';
import { type CachedState, createSessionDecoder } from '../decode/session-decoder.ts';
import type { Fitted } from './judge.ts';
import { readT5Manifest, type T5Manifest } from './manifest.ts';
import { createTextTask, type TextTask } from './text-task.ts';

/** A version ready to answer. */
export interface OpenVersion {
  readonly manifest: T5Manifest;
  readonly tokenizer: Tokenizer;
  readonly task: TextTask;
  readonly decoder: Decoder<CachedState>;
  readonly fitted: Fitted;
  close(): Promise<void>;
}

/** @throws MlError when a file of the folder is missing or damaged */
export async function openVersion(folder: string, threads: number): Promise<OpenVersion> {
  const manifest = await readT5Manifest(folder);
  const config = await readT5Config(join(folder, 'config.json'));
  const tokenizer = await loadTokenizer(folder);
  const encoder = await openSession(join(folder, 'encoder.onnx'), { threads });
  const decoder = await openSession(join(folder, 'decoder.onnx'), { threads });
  return {
    manifest,
    tokenizer,
    task: createTextTask(tokenizer, { ...manifest, ...manifest.task }),
    decoder: createSessionDecoder(config, { encoder, decoder }),
    fitted: fittedOf(manifest),
    close: async () => {
      await encoder.close();
      await decoder.close();
    },
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
