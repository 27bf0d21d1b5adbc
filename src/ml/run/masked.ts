import type { BertConfig } from '../bert/config.ts';
import type { Computation, Machine } from '../engine/engine.ts';
import { openMachine } from '../engine/open.ts';
import { MlError } from '../errors.ts';
import { noDropout } from '../nn/dropout.ts';
import type { HostTensors } from '../onnx/session.ts';
import { seededRandom } from '../random.ts';
import { type MaskOptions, maskedBatch, pretrainLoss, pretrainShapes } from '../tasks/pretrain.ts';
import { initialHead } from '../tasks/task.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { createBatches, planEpoch } from '../train/batches.ts';
import { fit as runSteps } from '../train/fit.ts';
import { initialState, trainingStep, weightsIn } from '../train/step.ts';
import { requireWeight, type Weights } from '../weights/weights.ts';
import type { RunContext } from './context.ts';
import type { Hyperparameters } from './hyperparameters.ts';

export interface MaskedJob {
  readonly config: BertConfig;
  readonly weights: Weights;
  readonly tokenizer: Tokenizer;
  /** Token ids of the texts to learn from. */
  readonly texts: readonly Int32Array[];
  readonly hyperparameters: Hyperparameters;
  readonly steps: number;
  readonly seed: number;
  readonly name: string;
  /** Told the machine's state after each epoch. */
  readonly onEpoch?: (machine: Machine, step: number) => Promise<void>;
}

/** The encoder's weights and a vocabulary head's, the base's own where it has one. */
export function withMaskedHead(
  config: BertConfig,
  encoder: Weights,
  file: Weights,
  seed: number,
): Weights {
  const shapes = pretrainShapes(config);
  const fresh = initialHead(shapes, seed);
  for (const [name, shape] of shapes)
    if (file.has(name)) fresh.set(name, requireWeight(file, name, shape));
  return new Map([...encoder, ...fresh]);
}

/** Learns to fill masked tokens in. @returns the weights at the end, the head's too */
export async function trainMasked(context: RunContext, job: MaskedJob): Promise<Weights> {
  const { config, weights, hyperparameters: own, steps, seed } = job;
  const batches = maskedBatches(job);
  const trainable = [...weights.keys()];
  const state = initialState(weights, trainable);
  const { engine, threads, signal, folder } = context;
  const machine = await openMachine(engine, state, { threads, spin: threads > 1 });
  const progress = context.progress(job.name, steps);
  try {
    await runSteps({
      ...{ machine, seed, decay: own.weightDecay, batchAt: batches.at },
      step: trainingStep({
        ...{ trainable, loss: pretrainLoss(config) },
        ...{ dropout: own.dropout, clip: own.clip },
      }),
      schedule: { rate: own.learningRate, warmup: own.warmup, decay: own.schedule, steps },
      onStep: progress.onStep,
      ...(job.onEpoch && {
        evaluation: {
          everySteps: batches.perEpoch,
          run: async (step) => {
            await job.onEpoch?.(machine, step);
            return false;
          },
        },
      }),
      ...(signal && { signal }),
      ...(folder && {
        checkpoint: { folder: context.checkpoint(job.name), everySteps: own.checkpointSteps },
      }),
    });
    progress.end();
    return weightsIn(await machine.read(), trainable);
  } finally {
    await machine.close();
  }
}

/** Batches of texts of like lengths; what is masked is drawn anew each time. */
function maskedBatches({ config, tokenizer, texts, hyperparameters: own, seed }: MaskedJob) {
  const masks = maskOptions(tokenizer, config, own.maskRate);
  return createBatches(
    { lengths: texts.map((ids) => ids.length), size: own.batchSize, seed },
    ({ rows, length }, random): HostTensors => {
      const ids = rows.map((row) => texts[row] as Int32Array);
      return maskedBatch(ids, own.batchSize, length, masks, random);
    },
  );
}

/** The loss without anything left to chance; made once a run, as machines compile it once. */
export function maskedLossOf(config: BertConfig): Computation {
  const loss = pretrainLoss(config);
  return (p, batch) => ({ outputs: { loss: loss(p, batch, { dropout: noDropout }) } });
}

/** Mean loss over masked tokens, always the same ones of the same texts. */
export async function meanMaskedLoss(
  machine: Machine,
  computation: Computation,
  {
    config,
    tokenizer,
    hyperparameters: own,
  }: Pick<MaskedJob, 'config' | 'tokenizer' | 'hyperparameters'>,
  texts: readonly Int32Array[],
): Promise<number> {
  const masks = maskOptions(tokenizer, config, own.maskRate);
  const { next } = seededRandom(1);
  let [sum, count] = [0, 0];
  const lengths = texts.map((ids) => ids.length);
  for (const { rows, length } of planEpoch({ lengths, size: own.batchSize, seed: 0 }, 0)) {
    const ids = rows.map((row) => texts[row] as Int32Array);
    const batch = maskedBatch(ids, own.batchSize, length, masks, next);
    const { loss } = await machine.run(computation, batch);
    const weights = batch.weights?.data ?? [];
    const hidden = Array.from(weights, Number).reduce((a, b) => a + b, 0);
    sum += hidden * Number(loss?.data[0]);
    count += hidden;
  }
  return sum / Math.max(1, count);
}

/** @throws MlError when the tokenizer has no mask */
function maskOptions({ special }: Tokenizer, config: BertConfig, rate: number): MaskOptions {
  const { pad, unk, cls, sep, mask } = special;
  if (mask === undefined)
    throw new MlError(
      'BAD_FILE',
      'The tokenizer has no mask token: it cannot be pre-trained with.',
    );
  const never = [pad, unk, cls, sep, mask].filter((id) => id !== undefined);
  return { rate, pad, mask, special: new Set(never), vocabularySize: config.vocab_size };
}
