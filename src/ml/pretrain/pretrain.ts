import type { BertConfig } from '../bert/config.ts';
import type { Machine } from '../engine/engine.ts';
import { MlError } from '../errors.ts';
import type { HostTensors } from '../onnx/session.ts';
import { batchRandom, type Random } from '../random.ts';
import { stepSize } from '../train/adamw.ts';
import { createNoisePool } from '../train/noise.ts';
import { trainingStep } from '../train/step.ts';
import { labelledBatch, type PretrainData, packedBatch } from './batch.ts';
import { HEAD, pretrainLoss } from './loss.ts';

export interface PretrainOptions {
  readonly config: BertConfig;
  readonly machine: Machine;
  /** The parameters that learn. */
  readonly trainable: readonly string[];
  readonly data: PretrainData;
  readonly rate: number;
  readonly seed: number;
  /** Steps done before. */
  readonly from: number;
  /** How much of the run is done before this step, 0 to 1: by time or by number. Ends the run at 1. */
  readonly done: (step: number) => number;
  readonly onStep: (progress: PretrainProgress) => Promise<void>;
}

export interface PretrainProgress {
  readonly step: number;
  readonly loss: number;
  readonly kind: BatchKind;
  readonly tokens: number;
  readonly done: number;
}

export type BatchKind = 'short' | 'long' | 'labelled';

const DROPOUT = 0.05;
const CLIP = 1;
/** Heads learn faster than the encoder under them. */
const HEAD_RATE = 5;
const DECAY = 0.01;
const WARMUP = 0.04;

/**
 * Pre-trains an encoder on hidden words and on the labels of generated texts. Batches, masks and
 * dropout depend on the seed and the step alone, and the learning rate on the share that is done:
 * with `done` by number of steps, a run repeats exactly.
 * @returns the number of the last step
 */
export async function pretrain(options: PretrainOptions): Promise<number> {
  const { config, machine, trainable, seed, onStep } = options;
  const noise = createNoisePool(seed);
  const computation = trainingStep({
    trainable,
    loss: pretrainLoss(config),
    dropout: DROPOUT,
    clip: CLIP,
    rateScale: (name) => (name.startsWith(HEAD) ? HEAD_RATE : 1),
  });
  for (let step = options.from + 1; ; step += 1) {
    const done = options.done(step);
    if (done >= 1) return step - 1;
    const random = batchRandom(seed, step);
    const [kind, batch] = batchAt(options.data, random);
    const rate = options.rate * Math.min(1, done / WARMUP, (1 - done) / (1 - WARMUP));
    const scalars = stepSize(step, rate, DECAY);
    const outputs = await machine.run(computation, { ...batch, ...scalars, noise: noise(random) });
    const loss = Number(outputs.loss?.data[0]);
    if (!Number.isFinite(loss))
      throw new MlError('DIVERGED', `The loss became ${loss} at step ${step}: lower the rate.`);
    await onStep({ step, loss, kind, tokens: batch.ids?.data.length ?? 0, done });
  }
}

/** Packed rows of 48 tokens, a few of 128 so that later places are learned too, and labelled texts. */
function batchAt(data: PretrainData, random: Random): [BatchKind, HostTensors] {
  const draw = random();
  if (draw < 0.3) return ['short', packedBatch(data, 24, 48, random)];
  if (draw < 0.35) return ['long', packedBatch(data, 9, 128, random)];
  return ['labelled', labelledBatch(data, 48, random)];
}
