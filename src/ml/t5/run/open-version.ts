import { join } from 'node:path';
import { openSession, type SessionOptions } from '../../onnx/session.ts';
import { loadTokenizer } from '../../tokenizer/load.ts';
import { readT5Config } from '../config.ts';
import type { Decoder } from '../decode/decoder.ts';
import { type CachedState, createSessionDecoder } from '../decode/session-decoder.ts';
import type { Fitted } from './judge.ts';
import { readT5Manifest, type T5Manifest } from './manifest.ts';
import { createTextTask, type TextTask } from './text-task.ts';

/** A task that a version answers. */
export interface OpenTask {
  readonly name: string;
  /** Answers are lists of labels. */
  readonly several: boolean;
  readonly task: TextTask;
  readonly fitted: Fitted;
}

/** A version ready to answer. */
export interface OpenVersion {
  readonly manifest: T5Manifest;
  readonly decoder: Decoder<CachedState>;
  readonly own: OpenTask;
  readonly further: readonly OpenTask[];
  close(): Promise<void>;
}

/** @throws MlError when a file of the folder is missing or damaged */
export async function openVersion(folder: string, options: SessionOptions): Promise<OpenVersion> {
  const manifest = await readT5Manifest(folder);
  const config = await readT5Config(join(folder, 'config.json'));
  const tokenizer = await loadTokenizer(folder);
  const encoder = await openSession(join(folder, 'encoder.onnx'), options);
  const decoder = await openSession(join(folder, 'decoder.onnx'), options);
  const { language, maxLength, maxTokens } = manifest;
  const openTask = ({ name, labels, several, ...fit }: SavedTask): OpenTask => ({
    ...{ name, several, fitted: fittedOf(fit) },
    task: createTextTask(tokenizer, { name, labels, several, language, maxLength, maxTokens }),
  });
  return {
    manifest,
    decoder: createSessionDecoder(config, { encoder, decoder }),
    own: openTask({ ...manifest, ...manifest.task }),
    further: (manifest.tasks ?? []).map(openTask),
    close: async () => {
      await encoder.close();
      await decoder.close();
    },
  };
}

type SavedFit = Pick<T5Manifest, 'calibration' | 'confidence' | 'leastConfidence'>;
type SavedTask = NonNullable<T5Manifest['tasks']>[number];

/** Without the fields that are absent. */
function fittedOf({ calibration, confidence, leastConfidence }: SavedFit): Fitted {
  return {
    ...(calibration && { calibration }),
    ...(confidence && { confidence }),
    threshold: { least: leastConfidence },
  };
}
