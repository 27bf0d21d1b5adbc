import type { Computation, Machine } from '../../engine/engine.ts';
import { noDropout } from '../../nn/dropout.ts';
import type { HostTensors } from '../../onnx/session.ts';
import type { Loss } from '../../train/step.ts';
import type { T5Config } from '../config.ts';
import { paddedLength, seq2seqBatch } from '../data/batch.ts';
import type { TokenPair } from '../data/corrupt.ts';

/** Sources and targets are padded to multiples of these: few graphs serve all. */
const SOURCE_STEP = 32;
const TARGET_STEP = 8;

/** Batches of pairs that a model is measured on, like lengths together. */
export function heldBatches(
  pairs: readonly TokenPair[],
  config: T5Config,
  rows: number,
): HostTensors[] {
  const ordered = pairs.toSorted((a, b) => a.source.length - b.source.length);
  const targets = pairs.map(({ target }) => target);
  const target = paddedLength(targets, TARGET_STEP, Number.POSITIVE_INFINITY);
  return Array.from({ length: Math.ceil(ordered.length / rows) }, (_, batch) => {
    const own = ordered.slice(batch * rows, (batch + 1) * rows);
    const sources = own.map(({ source }) => source);
    const source = paddedLength(sources, SOURCE_STEP, Number.POSITIVE_INFINITY);
    return seq2seqBatch(own, { rows, source, target }, config);
  });
}

/** A loss as a computation, without anything left to chance. */
export function measured(loss: Loss): Computation {
  return (p, batch) => ({ outputs: { loss: loss(p, batch, { dropout: noDropout }) } });
}

/** The mean loss a token over all batches; NaN without any. */
export async function meanLoss(
  machine: Machine,
  computation: Computation,
  batches: readonly HostTensors[],
): Promise<number> {
  let [total, tokens] = [0, 0];
  for (const batch of batches) {
    const weights = batch.labelWeights?.data as Float32Array;
    const own = weights.reduce((sum, weight) => sum + weight, 0);
    const { loss } = await machine.run(computation, batch);
    total += own * Number(loss?.data[0]);
    tokens += own;
  }
  return total / tokens;
}
