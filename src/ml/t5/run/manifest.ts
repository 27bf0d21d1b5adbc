import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { calibration } from '../../calibration/calibration.ts';
import { stack } from '../../calibration/stack.ts';
import { MlError } from '../../errors.ts';
import { MANIFEST } from '../../model-folder.ts';
import { taskKinds } from '../../run/spec.ts';

const curve = z.object({ scores: z.array(z.number()), values: z.array(z.number()) });

/** What a version knows of a task. */
const taskManifest = z.object({
  task: z.object({ kind: z.enum(taskKinds), labels: z.array(z.string()), name: z.string() }),
  /** A row has several labels at once. */
  several: z.boolean(),
  language: z.enum(['zh', 'en']),
  maxLength: z.number().int().positive(),
  maxTokens: z.number().int().positive(),
  /** Of answers that are one of the labels. */
  calibration: calibration.optional(),
  /** How these are mixed with those of the baseline in a file of its own (`baselineFile`). */
  stack: stack.optional(),
  /** Of other answers: how often those of a log-probability are right. */
  confidence: curve.optional(),
  /** The least confidence of an answer that is given; null when none is. */
  leastConfidence: z.number().nullable(),
});

/**
 * What `cameo.json` holds of a text-to-text version. Its folder also holds `config.json`,
 * `model.safetensors`, `tokenizer.json`, and the graphs `encoder.onnx` and `decoder.onnx`, which
 * `DecodingGraphs` describes; of further members `encoder.1.onnx` and so on.
 */
const manifest = z.looseObject({
  ...taskManifest.shape,
  beams: z.number().int().positive(),
  /** How much each of the models counts that answer as one, its own first; each has a pair of graphs. */
  members: z.array(z.number().positive()).min(1).default([1]),
  /** SHA-256 of the weights that its line of versions began with. */
  root: z.string().optional(),
  /** What else the model has learnt to answer. */
  further: z.array(taskManifest).optional(),
});
export type T5Manifest = z.infer<typeof manifest>;
export type TaskManifest = z.infer<typeof taskManifest>;

/** @throws MlError when the folder has none, or one that is not of a text-to-text version */
export async function readT5Manifest(folder: string): Promise<T5Manifest> {
  const path = join(folder, MANIFEST);
  try {
    return manifest.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new MlError('BAD_FILE', `${path} is not of a text-to-text version: ${why}`, { cause });
  }
}
