import { openMachine } from '../../engine/open.ts';
import { MlError } from '../../errors.ts';
import { seededRandom } from '../../random.ts';
import type { RunContext } from '../../run/context.ts';
import type { RunResult } from '../../run/messages.ts';
import type { TrainingRow, TrainingSpec } from '../../run/spec.ts';
import { dataHash } from '../../split/data-hash.ts';
import { whyInsufficient } from '../../split/sufficiency.ts';
import { createBatches } from '../../train/batches.ts';
import { initialState } from '../../train/step.ts';
import type { Weights } from '../../weights/weights.ts';
import { seq2seqBatch } from '../data/batch.ts';
import {
  type Corruption,
  corruptSpans,
  type TokenPair,
  textLengthFor,
  usualCorruption,
} from '../data/corrupt.ts';
import { hasAdapters } from '../training/adapters.ts';
import { t5Loss } from '../training/loss.ts';
import { loadT5Base, type T5Base } from './base.ts';
import { heldBatches, meanLoss, measured } from './held.ts';
import { parseT5Hyperparameters, type T5Hyperparameters } from './hyperparameters.ts';
import type { LessonBatches } from './lesson.ts';
import { saveT5Base } from './save.ts';
import { splitOf } from './sides.ts';
import { trainT5 } from './train.ts';

/** Pieces of text that are enough to tell a loss. */
const MEASURED = 256;

/**
 * Goes on pre-training a T5 by span corruption on a domain's own texts; the result is a base.
 * @param folder where the base goes
 * @throws MlError of code INSUFFICIENT_DATA when there are too few texts
 */
export async function runSpanPretraining(
  context: RunContext,
  spec: TrainingSpec,
  all: readonly TrainingRow[],
  folder: string,
): Promise<RunResult> {
  const own = parseT5Hyperparameters(spec.hyperparameters);
  const rows = all.filter(({ text = '' }) => text.trim() !== '');
  const why = whyInsufficient(spec.task, rows, spec.shots);
  if (why) throw new MlError('INSUFFICIENT_DATA', why);
  const base = await loadT5Base(spec.base);
  const corruption = corruptionOf(base);
  const split = splitOf(rows, own, spec.seed);
  const [train = [], validation = [], test = []] = [split.train, split.validation, split.test].map(
    (places) => piecesOf(base, places, rows, textLengthFor(own.maxLength, corruption)),
  );
  const heldOf = (pieces: readonly number[][]) =>
    heldBatches(
      corrupted(pieces.slice(0, MEASURED), corruption, spec.seed),
      base.config,
      own.batchSize,
    );
  const weights = await trainT5(context, {
    ...{ base, own, seed: spec.seed, held: heldOf(validation) },
    batches: corruptedBatches(train, corruption, base, own, spec.seed),
  });
  const lossOf = async (state: Weights) => {
    const { engine, threads } = context;
    const machine = await openMachine(engine, initialState(state, []), { threads });
    const loss = t5Loss(base.config, { smoothing: 0, adapters: hasAdapters(state) });
    try {
      return await meanLoss(machine, measured(loss), heldOf(test));
    } finally {
      await machine.close();
    }
  };
  const [loss, before] = [await lossOf(weights), await lossOf(base.weights)];
  await saveT5Base(folder, base, weights);
  return {
    metrics: { loss, perplexity: Math.exp(loss) },
    baselines: { base: { loss: before, perplexity: Math.exp(before) } },
    ...{ winner: loss < before ? 'model' : 'base', decidedBy: 'loss' },
    ...{ dataHash: dataHash(rows, split), hyperparameters: own },
    rows: {
      train: split.train.length,
      validation: split.validation.length,
      test: split.test.length,
    },
  };
}

function corruptionOf({ tokenizer, config, folder }: T5Base): Corruption {
  const { sentinels } = tokenizer.special;
  if (sentinels.length < 2)
    throw new MlError(
      'BAD_FILE',
      `The tokenizer of ${folder} has no sentinels (<extra_id_0>, ...).`,
    );
  return { ...usualCorruption, sentinels, endId: config.endId };
}

/** The texts in pieces whose corrupted sources fill the model's input, without end tokens. */
function piecesOf(
  { tokenizer }: T5Base,
  places: readonly number[],
  rows: readonly TrainingRow[],
  length: number,
): number[][] {
  return places.flatMap((place) => {
    const text = rows[place]?.text ?? '';
    const ids = Array.from(tokenizer.encode(text, { maxLength: 1 << 20 })).slice(0, -1);
    const pieces: number[][] = [];
    for (let from = 0; from < ids.length; from += length)
      pieces.push(ids.slice(from, from + length));
    return pieces.filter((piece) => piece.length > 1);
  });
}

function corrupted(pieces: readonly number[][], corruption: Corruption, seed: number): TokenPair[] {
  const random = seededRandom(seed).next;
  return pieces.flatMap((piece) => corruptSpans(piece, corruption, random) ?? []);
}

/** Epochs of the pieces, corrupted anew each time. */
function corruptedBatches(
  pieces: readonly number[][],
  corruption: Corruption,
  { config }: T5Base,
  { batchSize, maxLength }: T5Hyperparameters,
  seed: number,
): LessonBatches {
  const lengths = pieces.map((piece) => piece.length);
  return createBatches({ lengths, size: batchSize, seed }, ({ rows, length }, random) => {
    const pairs = rows.flatMap(
      (row) => corruptSpans(pieces[row] as number[], corruption, random) ?? [],
    );
    // As many hidden tokens and sentinels as the longest piece of this length can have.
    const target =
      Math.ceil((length * corruption.density * (1 + 1 / corruption.meanSpan) + 4) / 4) * 4;
    const shape = { rows: batchSize, source: Math.min(length, maxLength), target };
    return seq2seqBatch(pairs, shape, config);
  });
}
