import type { HostTensors } from '../../onnx/session.ts';
import { baseResult, measureOnce, writtenRows } from '../../run/base-result.ts';
import type { RunContext } from '../../run/context.ts';
import type { RunResult } from '../../run/messages.ts';
import type { TrainingRow, TrainingSpec } from '../../run/spec.ts';
import type { Weights } from '../../weights/weights.ts';
import { textLengthFor } from '../data/corrupt.ts';
import { hasAdapters } from '../training/adapters.ts';
import { t5Loss } from '../training/loss.ts';
import { loadT5Base, type T5Base } from './base.ts';
import { heldBatches, meanLoss, measured } from './held.ts';
import { parseT5Hyperparameters } from './hyperparameters.ts';
import { corrupted, corruptedBatches, corruptionOf, piecesOf } from './pieces.ts';
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
  const rows = writtenRows(spec, all);
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
  const held = heldOf(test);
  const loss = await lossOf(context, base, weights, held);
  const before = await lossOf(context, base, base.weights, held);
  await saveT5Base(folder, base, weights);
  return baseResult(loss, before, { rows, split }, own);
}

/** The mean loss of a model with these weights. */
function lossOf(
  context: RunContext,
  { config }: T5Base,
  weights: Weights,
  held: readonly HostTensors[],
): Promise<number> {
  const loss = t5Loss(config, { smoothing: 0, adapters: hasAdapters(weights) });
  return measureOnce(context, weights, (machine) => meanLoss(machine, measured(loss), held));
}
