import { z } from 'zod';
import { MlError } from '../../errors.ts';

const share = z.number().min(0).max(1);
const count = z.number().int().nonnegative();
const split = z.enum(['time', 'group']);
const rowsFile = z.string().regex(/^[\w-]+\.jsonl$/);

/** How a text-to-text model is trained and how it answers. */
export const t5HyperparameterSchema = z.strictObject({
  /** Passes over the training rows. */
  epochs: z.number().positive().max(1000).default(10),
  /** Rows of a step. */
  batchSize: z.number().int().min(1).max(256).default(16),
  /** The highest rate; of Adafactor a share of each parameter's size. */
  learningRate: z.number().positive().max(1).default(5e-4),
  optimizer: z.enum(['adamw', 'adafactor']).default('adamw'),
  warmup: share.default(0.1),
  schedule: z.enum(['linear', 'cosine', 'constant']).default('linear'),
  weightDecay: z.number().nonnegative().default(0.01),
  /** Longest gradient. */
  clip: z.number().positive().default(1),
  dropout: share.max(0.9).default(0.1),
  labelSmoothing: share.max(0.9).default(0),
  /** Tokens of a source and of an answer, at most. */
  maxLength: z.number().int().min(8).max(512).default(256),
  maxTokens: z.number().int().min(2).max(128).default(32),
  /** Of the prompt; auto takes that of the customers' texts where the spec says one, else of most rows. */
  language: z.enum(['auto', 'zh', 'en']).default('auto'),
  /** What learns: all weights, low-rank updates of them, or small parts between them. */
  variant: z.enum(['full', 'lora', 'adapters']).default('full'),
  lora: z
    .strictObject({
      rank: z.number().int().positive().default(8),
      alpha: z.number().positive().default(16),
    })
    .prefault({}),
  adapterWidth: z.number().int().positive().max(1024).default(32),
  /** What stays as it is when all weights learn. */
  freeze: z
    .strictObject({
      embeddings: z.boolean().default(false),
      encoderBlocks: count.default(0),
      decoderBlocks: count.default(0),
    })
    .prefault({}),
  /** Further tasks in the same model, each with a file of rows in the run's folder. */
  tasks: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        labels: z.array(z.string()).default([]),
        rows: rowsFile,
      }),
    )
    .default([]),
  /** 1 draws tasks by their size; higher ones more evenly. */
  temperature: z.number().positive().default(2),
  /**
   * Rows of the task and domain that `base`, a version, comes from: drawn for a share of each batch so
   * as not to forget them, and measured before and after; a share of 0 measures alone.
   */
  replay: z
    .strictObject({
      rows: rowsFile,
      share: share.max(0.9).default(0.2),
      /** As the version's own rows were split: what it was tested on is tested on again. By group if absent. */
      split: split.optional(),
      seed: count.optional(),
    })
    .optional(),
  /**
   * How much of what a version of another domain or task learnt counts where the run starts: 1 is the
   * version itself, 0 its root. Half keeps most of both (docs/transfer.md).
   */
  sourceShare: share.default(0.5),
  /** Weight of the domain-adversarial loss between the replayed domain and this one. */
  adversarial: z.number().nonnegative().max(10).default(0),
  /** Beams of a search for free text. */
  beams: z.number().int().min(1).max(16).default(1),
  /** Answers less sure than it takes to be right so often on validation are "unknown". */
  targetPrecision: share.default(0.8),
  /** How rows are split 6:2:2: by time, or by a hash of the group. */
  split: split.default('time'),
  /**
   * The version answers with what three models say: this one, one trained on the same rows from the root
   * of the version in `base`, and, the less the more labels there are, that version, where it answers the
   * same.
   */
  ensemble: z.boolean().default(false),
  /**
   * Mixes the answers of tasks of one label a row with those of the TF-IDF baseline, by weights fitted on
   * validation: always, never, or where validation does not say that the model is better alone, by more
   * than one standard error.
   */
  stack: z.union([z.boolean(), z.literal('auto')]).default('auto'),
  /** Compares with the version in `base` as it is, and with a training on the same rows from its root. */
  compare: z.boolean().default(false),
  checkpointSteps: z.number().int().positive().default(100),
});
export type T5Hyperparameters = z.infer<typeof t5HyperparameterSchema>;

/**
 * The defaults with `overrides` in their place.
 * @throws MlError that names what is wrong
 */
export function parseT5Hyperparameters(
  overrides: Readonly<Record<string, unknown>>,
): T5Hyperparameters {
  const parsed = t5HyperparameterSchema.safeParse(overrides);
  if (!parsed.success)
    throw new MlError(
      'BAD_INPUT',
      `The hyper-parameters are not usable: ${z.prettifyError(parsed.error)}`,
    );
  if (parsed.data.adversarial > 0 && !parsed.data.replay?.share)
    throw new MlError(
      'BAD_INPUT',
      '"adversarial" needs a share of "replay": the rows of the other domain.',
    );
  return parsed.data;
}
