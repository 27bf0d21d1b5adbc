import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MlError } from '../errors.ts';
import { MANIFEST } from '../model-folder.ts';
import { readManifest } from '../serve/manifest.ts';
import { sampleShots } from '../split/shots.ts';
import { type Split, splitByGroup, splitByTime } from '../split/split.ts';
import { whyInsufficient } from '../split/sufficiency.ts';
import { fitEncoding } from '../tabular/fit.ts';
import type { Weights } from '../weights/weights.ts';
import type { Base } from './base.ts';
import { type Dataset, datasetOf, type Encoders } from './dataset.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { pairedRows } from './pairs.ts';
import type { TrainingRow, TrainingSpec } from './spec.ts';
import { loadStart } from './start.ts';
import { taggedRows } from './tagged.ts';
import { truthsOf } from './targets.ts';

/** A run's rows, checked, split and made numbers, and what it starts from. */
export interface Prepared {
  readonly spec: TrainingSpec;
  readonly base: Base | undefined;
  /** Weights of the base, where it is a version on the same labels. */
  readonly known: Weights;
  readonly encoders: Encoders;
  readonly data: Dataset;
  readonly split: Split;
}

/**
 * @throws MlError INSUFFICIENT_DATA when there is too little to learn from; BAD_INPUT naming the row
 *   that does not fit; BAD_FILE when the base cannot be used
 */
export async function prepare(
  asked: TrainingSpec,
  given: readonly TrainingRow[],
  own: Hyperparameters,
): Promise<Prepared> {
  const { spec, rows: all } = taggedRows(asked, given);
  const { task, shots, features } = spec;
  checkKinds(spec, own);
  truthsOf(task, all);
  const usable = task.kind === 'EMBED' ? all : all.filter(({ label }) => label !== null);
  const why = whyInsufficient(task, usable, shots);
  if (why) throw new MlError('INSUFFICIENT_DATA', why);
  const rows = task.kind === 'EMBED' ? pairedRows(usable) : usable;
  const split = limited(splitOf(rows, own, spec.seed), rows, shots, spec.seed);
  checkSides(spec, rows, split);
  const base = spec.text === 'NONE' ? undefined : await loadStart(spec.base, own);
  const train = split.train.map((place) => rows[place] as TrainingRow);
  const encoders: Encoders = {
    tokenizer: base?.tokenizer,
    maxLength: Math.min(own.maxLength, base?.config.max_position_embeddings ?? own.maxLength),
    encoding: features.length > 0 ? fitEncoding(features, train) : undefined,
  };
  const data = datasetOf(task, rows, encoders);
  return { spec, base, known: await knownHead(spec, base), encoders, data, split };
}

function checkKinds(
  { task, text, features }: TrainingSpec,
  { augment, vocabulary }: Hyperparameters,
): void {
  if (vocabulary)
    throw new MlError(
      'BAD_INPUT',
      '"vocabulary" is of PRETRAIN: pre-train a model with it, and start "from" that.',
    );
  if (text === 'NONE' && features.length === 0)
    throw new MlError('BAD_INPUT', 'A model needs text, features or both.');
  const tokens = task.kind === 'SEQUENCE' || task.kind === 'EMBED';
  if (tokens && (text === 'NONE' || features.length > 0))
    throw new MlError('BAD_INPUT', `A ${task.kind} model reads text, and no features.`);
  if (task.kind === 'SEQUENCE' && (augment.tokenDropout > 0 || augment.spanSwap > 0))
    throw new MlError('BAD_INPUT', '"augment" would move the words away from their tags.');
}

export function splitOf(
  rows: readonly TrainingRow[],
  { split }: Hyperparameters,
  seed: number,
): Split {
  return split === 'time' ? splitByTime(rows) : splitByGroup(rows, seed);
}

/** With few shots, validation has no more labels than training: it is learnt from as well. */
function limited(
  split: Split,
  rows: readonly TrainingRow[],
  shots: number | undefined,
  seed: number,
): Split {
  if (!shots) return split;
  const few = (side: readonly number[]) => {
    const own = side.map((place) => rows[place] as TrainingRow);
    return sampleShots(own, shots, seed).map((i) => side[i] as number);
  };
  return { train: few(split.train), validation: few(split.validation), test: split.test };
}

/** Each side needs rows, and what is learnt from needs two classes. */
function checkSides({ task }: TrainingSpec, rows: readonly TrainingRow[], split: Split): void {
  for (const [side, places] of Object.entries(split))
    if (places.length === 0)
      throw new MlError(
        'INSUFFICIENT_DATA',
        `No rows are left for ${side} when ${rows.length} are split 6:2:2 with each customer on one side.`,
      );
  if (task.kind !== 'CLASSIFY') return;
  const classes = new Set(split.train.map((place) => rows[place]?.label));
  const missing = task.labels.filter((label) => !classes.has(label));
  if (classes.size < 2 || missing.length > 0)
    throw new MlError(
      'INSUFFICIENT_DATA',
      `No training row has the label ${missing.map((label) => `"${label}"`).join(', ')}: after the split by time ` +
        'all of its rows are later. Use "split": "group", or wait for more labels.',
    );
}

async function knownHead({ base: folder, task }: TrainingSpec, base: Base | undefined) {
  if (!base || task.labels.length === 0 || !existsSync(join(folder, MANIFEST))) return new Map();
  const { task: before } = await readManifest(folder);
  const same = before.kind === task.kind && before.labels.join('\n') === task.labels.join('\n');
  return same ? base.file : new Map();
}
