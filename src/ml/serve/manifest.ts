import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { calibration } from '../calibration/calibration.ts';
import { stack } from '../calibration/stack.ts';
import { MlError } from '../errors.ts';
import { MANIFEST } from '../model-folder.ts';
import { taskKinds, trainingRow } from '../run/spec.ts';
import { tabularEncoding } from '../tabular/encoding.ts';
import { targetScale } from '../tasks/target-scale.ts';

/** A further head, and how its numbers are read. */
const head = z.object({
  task: z.object({ kind: z.enum(taskKinds), labels: z.array(z.string()), name: z.string() }),
  calibration: calibration.optional(),
  scale: targetScale.optional(),
});

/**
 * What a model folder's ONNX files compute, and how their numbers are read: `cameo.json`.
 *
 * `model.onnx`, and `model.int8.onnx` beside it where rounding proved harmless, have the inputs
 * `input_ids` and `attention_mask` (B, S) int64 where the model reads text, `numbers` (B, N) float32
 * and `categories` (B, C) int32 where it reads features; the outputs are `logits` (B, labels) of
 * CLASSIFY and MULTI_LABEL, (B, S, tags) of SEQUENCE, `value` (B) of REGRESS, and `vector` (B, D) of EMBED.
 * `slopes.onnx`, of all its tasks, and `head.onnx` explain what it says: see explain/graphs.ts.
 */
export const manifest = z.looseObject({
  task: z.object({ kind: z.enum(taskKinds), labels: z.array(z.string()), name: z.string() }),
  /** Most tokens of a text, special ones included; absent where the model reads no text. */
  maxLength: z.number().int().positive().optional(),
  /** How features become numbers; absent where the model reads none. */
  features: tabularEncoding.optional(),
  /** Feature vectors of some training rows: what contributions are measured from. */
  background: z.array(trainingRow.shape.features.unwrap()).optional(),
  /** Of CLASSIFY, and of SEQUENCE's tags. */
  calibration: calibration.optional(),
  /** How its probabilities are mixed with those of the baseline in `baseline.json`. */
  stack: stack.optional(),
  /** Of REGRESS. */
  scale: targetScale.optional(),
  /** Further tasks that it answers: the output of the first is `further_0`, and so on. */
  heads: z.array(head).optional(),
  /** Length of the vector, of EMBED. */
  dimensions: z.number().int().positive().optional(),
});
export type Manifest = z.infer<typeof manifest>;

/** @throws MlError when the folder has none, or one that cannot be understood */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST);
  const content = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new MlError('BAD_FILE', `Cannot read the model's ${path}: ${cause.message}`, { cause });
  });
  try {
    return manifest.parse(JSON.parse(content));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new MlError('BAD_FILE', `${path} is damaged: ${why}`, { cause });
  }
}
