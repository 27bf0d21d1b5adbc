import { z } from 'zod';

export const taskKinds = [
  'CLASSIFY',
  'MULTI_LABEL',
  'REGRESS',
  'SEQUENCE',
  'EMBED',
  'PRETRAIN',
  'GENERATE',
] as const;

/** One input of a feature service, in the order of `TrainingRow.features`. */
export const featureColumn = z.object({
  name: z.string(),
  kind: z.enum(['number', 'category']),
});

/** What a training run is asked to do: `spec.json` in the run's folder. */
export const trainingSpec = z.object({
  task: z.object({
    kind: z.enum(taskKinds),
    /** The label set; empty where the task has none (regression, pre-training, embedding). */
    labels: z.array(z.string()),
    /** Names the task in prompts and metrics, such as `sentiment`. */
    name: z.string(),
  }),
  /** A model folder to start from: the shipped base, a pulled one, or an earlier version. */
  base: z.string(),
  /** What a version in `base` was itself first trained from, for runs that need both. */
  root: z.string().optional(),
  /** A version's folder to judge on the same test rows too: the baseline `active`. */
  active: z.string().optional(),
  /** Where the rows come from; NONE trains on features alone. */
  text: z.enum(['EVENTS', 'CUSTOMER', 'NONE']),
  features: z.array(featureColumn),
  /** What CUSTOMER texts are in; absent from versions that were taught each customer's own. */
  language: z.enum(['zh', 'en']).optional(),
  /** Overrides of the defaults in src/ml/run/hyperparameters.ts, checked there. */
  hyperparameters: z.record(z.string(), z.unknown()),
  /** Labelled rows a class that training may use; all when absent. */
  shots: z.number().int().positive().optional(),
  seed: z.number().int().nonnegative(),
  /** CPU threads the run may use. */
  threads: z.number().int().positive(),
  /** The engine: `auto` takes the first that runs here. */
  backend: z.enum(['auto', 'onnx', 'tfjs-node-gpu', 'wasm', 'cpu']),
});
export type TrainingSpec = z.infer<typeof trainingSpec>;
export type FeatureColumn = z.infer<typeof featureColumn>;

/** One line of `rows.jsonl`. */
export const trainingRow = z.object({
  id: z.string(),
  /** Rows of one group never fall on both sides of a split: the customer's id. */
  group: z.string(),
  /** RFC 3339, UTC: what the split by time orders. */
  at: z.string(),
  text: z.string().optional(),
  /** One value for each of the spec's features; null is missing. */
  features: z.array(z.union([z.number(), z.string(), z.boolean(), z.null()])).optional(),
  label: z.union([z.string(), z.number(), z.array(z.string()), z.null()]),
});
export type TrainingRow = z.infer<typeof trainingRow>;
