import { MlError } from '../../errors.ts';
import { seededRandom } from '../../random.ts';
import type { TrainingRow } from '../../run/spec.ts';
import { createBatches } from '../../train/batches.ts';
import { seq2seqBatch } from '../data/batch.ts';
import { type Corruption, corruptSpans, type TokenPair, usualCorruption } from '../data/corrupt.ts';
import type { T5Base } from './base.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import type { LessonBatches } from './lesson.ts';

/**
 * How a base's texts are corrupted.
 * @throws MlError when its tokenizer has no sentinels
 */
export function corruptionOf({ tokenizer, config, folder }: T5Base): Corruption {
  const { sentinels } = tokenizer.special;
  if (sentinels.length < 2)
    throw new MlError(
      'BAD_FILE',
      `The tokenizer of ${folder} has no sentinels (<extra_id_0>, ...).`,
    );
  return { ...usualCorruption, sentinels, endId: config.endId };
}

/** The texts in pieces whose corrupted sources fill the model's input, without end tokens. */
export function piecesOf(
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

/** Each piece corrupted once. */
export function corrupted(
  pieces: readonly number[][],
  corruption: Corruption,
  seed: number,
): TokenPair[] {
  const random = seededRandom(seed).next;
  return pieces.flatMap((piece) => corruptSpans(piece, corruption, random) ?? []);
}

/** Epochs of the pieces, corrupted anew each time. */
export function corruptedBatches(
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
