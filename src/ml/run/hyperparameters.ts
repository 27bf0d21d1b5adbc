import { z } from 'zod';
import { MlError } from '../errors.ts';

const share = z.number().min(0).max(1);
const count = z.number().int().nonnegative();

/** How a model is trained. Every name has a default that does for most rows. */
export const hyperparameterSchema = z.strictObject({
  /** Passes over the training rows. */
  epochs: z.number().positive().max(1000).default(4),
  /** Rows of a step. */
  batchSize: z.number().int().min(2).max(1024).default(32),
  /** The highest rate; for weights that the base does not have, `headRate` times as much. */
  learningRate: z.number().positive().max(1).default(1e-4),
  headRate: z.number().positive().default(10),
  /** A layer learns so much slower than the one after it; 1 for all alike. */
  layerDecay: share.default(0.9),
  /** Share of the steps in which the rate rises. */
  warmup: share.default(0.1),
  /** How the rate falls after that. */
  schedule: z.enum(['linear', 'cosine', 'constant']).default('linear'),
  weightDecay: z.number().nonnegative().default(0.01),
  /** Longest gradient. */
  clip: z.number().positive().default(1),
  /** Batches of a step, one after the other: a large batch in the memory of a small one. */
  accumulate: z.number().int().positive().default(1),
  dropout: share.max(0.9).default(0.1),
  /** Share of the target spread over all classes. */
  labelSmoothing: share.max(0.9).default(0),
  /** Each class counts the same, or by the weights given, in the order of the labels. */
  classWeights: z
    .union([z.enum(['none', 'balanced']), z.array(z.number().nonnegative())])
    .default('none'),
  /** REGRESS: errors beyond so many deviations count linearly; 0 for the squared error. */
  huberDelta: z.number().nonnegative().default(1),
  /** Length of FGM's step on the word vectors; 0 trains without. */
  adversarial: z.number().nonnegative().default(0),
  /** Starts with so many of the base's layers, at even distances; all when absent. */
  layers: z.number().int().positive().optional(),
  /** Layers next to the embeddings that stay as they are, the embeddings too. */
  freezeLayers: count.default(0),
  /** Trains low-rank updates and the head alone. */
  lora: z
    .strictObject({ rank: z.number().int().positive(), alpha: z.number().positive() })
    .optional(),
  augment: z
    .strictObject({ tokenDropout: share.max(0.9).default(0), spanSwap: share.default(0) })
    .prefault({}),
  /** Share of a row's features that a step shows as missing. */
  featureDropout: share.max(0.9).default(0.05),
  /** Width of the vector that features, and text, become. */
  fusionWidth: z.number().int().min(8).max(2048).default(128),
  /** Tokens of a text, at most. */
  maxLength: z.number().int().min(8).max(256).default(128),
  /** Evaluations without gain after which a run stops; 0 for never. */
  patience: count.default(3),
  pooling: z.enum(['mean', 'cls']).default('mean'),
  /** EMBED: how sharply near texts are told apart. */
  temperature: z.number().positive().default(0.05),
  /** PRETRAIN: reads by a WordPiece vocabulary of the texts, of so many tokens at most. */
  vocabulary: z.strictObject({ size: z.number().int().min(100).max(60_000) }).optional(),
  /** PRETRAIN: share of tokens to predict. */
  maskRate: share.max(0.9).default(0.15),
  /** A version of a model on the same labels whose scores are learnt beside them. */
  distill: z
    .strictObject({
      teacher: z.string(),
      temperature: z.number().positive().default(2),
      weight: share.default(0.5),
    })
    .optional(),
  /** Further heads on the same encoder, served beside it; each has a file of rows in the run's folder. */
  tasks: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(100),
        kind: z.enum(['CLASSIFY', 'MULTI_LABEL', 'REGRESS']),
        labels: z.array(z.string()).default([]),
        rows: z.string().regex(/^[\w-]+\.jsonl$/),
        weight: z.number().positive().default(1),
      }),
    )
    .default([]),
  /** How rows are split 6:2:2: by time, or by a hash of the group. */
  split: z.enum(['time', 'group']).default('time'),
  /** Cross-validation on the training rows before the run: so many folds; 0 for none. */
  folds: z.number().int().max(20).nonnegative().default(0),
  foldsBy: z.enum(['time', 'group']).default('time'),
  /** Values to choose from by successive halving before the run, such as { learningRate: [1e-4, 3e-4] }. */
  search: z.record(z.string(), z.array(z.unknown()).min(1)).optional(),
  /** Steps of masked-language modelling on the training texts before the labels. */
  domainAdaptSteps: count.default(0),
  /**
   * Mixes the baseline's probabilities in, by weights fitted on validation: always, never, or where
   * validation does not say that the model is better alone, by more than one standard error.
   */
  stack: z.union([z.boolean(), z.literal('auto')]).default('auto'),
  /** Models of different seeds whose scores are averaged. */
  bag: z.number().int().min(1).max(10).default(1),
  /** Steps between checkpoints. */
  checkpointSteps: z.number().int().positive().default(100),
});
export type Hyperparameters = z.infer<typeof hyperparameterSchema>;

/**
 * The defaults with `overrides` in their place.
 * @throws MlError that names each field that is wrong, and for an unknown one the nearest there is
 */
export function parseHyperparameters(
  overrides: Readonly<Record<string, unknown>>,
): Hyperparameters {
  const parsed = hyperparameterSchema.safeParse(overrides);
  if (parsed.success) {
    checkSearch(parsed.data);
    checkHeads(parsed.data);
    return parsed.data;
  }
  const reasons = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknown(key, issue.path))
      : [`"${issue.path.join('.')}": ${issue.message}`],
  );
  throw new MlError('BAD_INPUT', `The hyper-parameters are not usable. ${reasons.join('; ')}`);
}

/** Each value to be tried must be one that the field takes. */
function checkSearch({ search }: Hyperparameters): void {
  for (const [name, values] of Object.entries(search ?? {})) {
    if (name === 'search') throw new MlError('BAD_INPUT', '"search" cannot search itself.');
    for (const value of values) parseHyperparameters({ [name]: value });
  }
}

function checkHeads({ tasks, bag }: Hyperparameters): void {
  const names = new Set(tasks.map(({ name }) => name));
  if (names.size < tasks.length) throw new MlError('BAD_INPUT', '"tasks": name each task once.');
  if (tasks.length > 0 && bag > 1)
    throw new MlError('BAD_INPUT', '"tasks" and "bag" do not go together: a bag has one head.');
}

function unknown(key: string, path: readonly PropertyKey[]): string {
  const known = path.length === 0 ? Object.keys(hyperparameterSchema.shape) : [];
  const nearest = known.toSorted((a, b) => distance(key, a) - distance(key, b))[0];
  const name = [...path, key].join('.');
  return `"${name}" is not one of them${nearest ? `; did you mean "${nearest}"?` : ''}`;
}

/** Letters to add, drop or change to make `b` of `a`, in any case (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1]?.toLowerCase() === b[j - 1]?.toLowerCase();
      const changed = (above[j - 1] as number) + (same ? 0 : 1);
      row.push(Math.min(changed, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    above = row;
  }
  return above[b.length] as number;
}
