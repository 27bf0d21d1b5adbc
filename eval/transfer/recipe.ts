import type { T5Hyperparameters } from '../../src/ml/t5/run/hyperparameters.ts';

/** One training: how many steps, and how. */
export interface Stage {
  readonly steps: number;
  readonly settings: Partial<T5Hyperparameters>;
}

/** Trainings with few labels: steps and rates by labels a class. */
export interface FewLabels {
  readonly by: Readonly<Record<number, { readonly steps: number; readonly learningRate: number }>>;
  readonly settings: Partial<T5Hyperparameters>;
}

/** The training with so many labels a class. */
export function stageAt({ by, settings }: FewLabels, shots: number): Stage {
  const { steps, learningRate } = by[shots] as (typeof by)[number];
  return { steps, settings: { ...settings, learningRate } };
}

/** How a model is carried over; chosen on validation rows of few seeds, but where docs/transfer.md says so. */
export interface Recipe {
  /** Span corruption on the target domain's texts, before the source task. */
  readonly pretraining: Stage;
  /** Learning the source task. */
  readonly source: Stage;
  /** How much of what the source task taught counts where the few labels start. */
  readonly sourceShare: number;
  /** Few labels on top of the source task. */
  readonly transfer: FewLabels;
  /** Few labels on top of the base alone. */
  readonly alone: FewLabels;
  /** Share of source rows in transfer's batches, against forgetting. */
  readonly replay: number;
}

export const SHOTS = [5, 10, 20, 100] as const;
export const SEEDS = [1, 2, 3, 4, 5] as const;

const freeze = { embeddings: true, encoderBlocks: 0, decoderBlocks: 0 };
const settings = { ...{ batchSize: 8, labelSmoothing: 0, dropout: 0.1, warmup: 0.1 }, freeze };
const [low, high] = [5e-4, 1e-3];

/** Steps for each of SHOTS, at one rate or at two: for the fewer labels, and for the hundred. */
function few(steps: readonly number[], rate: number, rateOfMost = rate): FewLabels {
  const rates = SHOTS.map((shots) => (shots < 100 ? rate : rateOfMost));
  const by = SHOTS.map((shots, i) => [shots, { steps: steps[i], learningRate: rates[i] }]);
  return { by: Object.fromEntries(by), settings };
}

/** A course that changes the base little: it keeps what it brings for the labels that come later. */
const gentle: Stage = { steps: 100, settings: { batchSize: 16, learningRate: 3e-4, freeze } };

const usual: Recipe = {
  pretraining: { steps: 150, settings: { batchSize: 16, learningRate: 1e-3 } },
  source: { steps: 300, settings: { batchSize: 16, learningRate: 1e-3 } },
  sourceShare: 0.5,
  // What the source taught asks for less than the base alone does.
  transfer: few([30, 30, 60, 150], low, high),
  alone: few([45, 45, 68, 150], high),
  replay: 0,
};

/** What differs from the usual by pair. */
const own: Readonly<Record<string, Partial<Recipe>>> = {
  // The base knows the task so well that more steps with few labels cost it some of that.
  'reviews-en': { source: gentle, alone: few([20, 20, 68, 150], high) },
  // Seven classes are more rows.
  intents: {
    source: gentle,
    transfer: few([45, 45, 68, 300], low, high),
    alone: few([45, 45, 68, 300], high),
  },
  // Four tasks at once, none of which the base knows.
  customers: {
    source: { steps: 900, settings: { batchSize: 16, learningRate: high, freeze } },
    transfer: few([150, 150, 150, 600], high),
    alone: few([150, 150, 150, 600], high),
  },
};

export function recipeOf(pair: string): Recipe {
  return { ...usual, ...own[pair] };
}

/** A recipe with other numbers in some places. */
export function changed(recipe: Recipe, changes: Readonly<Record<string, unknown>>): Recipe {
  return mergedInto(recipe as unknown as Plain, changes) as unknown as Recipe;
}

type Plain = Readonly<Record<string, unknown>>;

function mergedInto(own: Plain, changes: Plain): Plain {
  const entries = Object.entries(changes).map(([name, value]) => {
    const before = own[name];
    return [name, isPlain(before) && isPlain(value) ? mergedInto(before, value) : value];
  });
  return { ...own, ...Object.fromEntries(entries) };
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
