import { describe, expect, it } from '@jest/globals';
import { openTracedMachine } from '../../../../src/ml/engine/traced.ts';
import { type HostTensor, openSession } from '../../../../src/ml/onnx/session.ts';
import { seq2seqBatch } from '../../../../src/ml/t5/data/batch.ts';
import { exportDecoding } from '../../../../src/ml/t5/decode/export.ts';
import { greedySearch } from '../../../../src/ml/t5/decode/greedy.ts';
import { createSessionDecoder } from '../../../../src/ml/t5/decode/session-decoder.ts';
import {
  adafactorInputs,
  adafactorState,
  adafactorUpdate,
} from '../../../../src/ml/t5/training/adafactor-update.ts';
import { initialAdapters } from '../../../../src/ml/t5/training/adapters.ts';
import { t5Loss } from '../../../../src/ml/t5/training/loss.ts';
import { trainableNames } from '../../../../src/ml/t5/training/trainable.ts';
import { fit as runSteps } from '../../../../src/ml/train/fit.ts';
import { initialState, type StepOptions, trainingStep } from '../../../../src/ml/train/step.ts';
import type { Weights } from '../../../../src/ml/weights/weights.ts';
import { livelyWeights, tinyConfig } from '../helpers.ts';

const config = tinyConfig();
const everything = { embeddings: false, encoderBlocks: 0, decoderBlocks: 0 };
/** Answers backwards: what no bias of a single token can learn. */
const pairs = [
  { source: [5, 6, 7, 1], target: [7, 6, 5, 1] },
  { source: [7, 5, 1], target: [5, 7, 1] },
  { source: [9, 6, 5, 1], target: [5, 6, 9, 1] },
  { source: [6, 9, 1], target: [9, 6, 1] },
];

interface Run {
  readonly weights: Weights;
  readonly trainable: readonly string[];
  readonly step?: Partial<StepOptions>;
  readonly state?: ReadonlyMap<string, HostTensor>;
  readonly steps: number;
  readonly rate: number;
}

/** Trains on the pairs and returns the weights. */
async function train(run: Run, adapters = false): Promise<Weights> {
  const { weights, trainable, steps, rate } = run;
  const state = run.state ?? initialState(weights, trainable);
  const machine = openTracedMachine(state, { threads: 1 });
  const loss = t5Loss(config, { smoothing: 0, adapters });
  const batch = seq2seqBatch(pairs, { rows: 4, source: 5, target: 5 }, config);
  await runSteps({
    machine,
    step: trainingStep({ trainable, loss, dropout: 0, clip: 1, ...run.step }),
    schedule: { rate, warmup: 0.05, decay: 'linear', steps },
    decay: 0,
    seed: 1,
    batchAt: (step) => ({ ...batch, ...adafactorInputs(step, rate) }),
  });
  const trained = await machine.read();
  await machine.close();
  return new Map(
    [...weights.keys()].map((name) => {
      const { shape, data } = trained.get(name) as HostTensor;
      return [name, { shape, data: data as Float32Array }];
    }),
  );
}

async function answers(weights: Weights): Promise<number[][]> {
  const { encoder, decoder } = exportDecoding(config, weights);
  const sessions = {
    encoder: await openSession(encoder, { threads: 1 }),
    decoder: await openSession(decoder, { threads: 1 }),
  };
  const sources = pairs.map(({ source }) => source);
  const found = await greedySearch(createSessionDecoder(config, sessions), sources, {
    maxTokens: 6,
  });
  await Promise.all([sessions.encoder.close(), sessions.decoder.close()]);
  return found.map(({ tokens }) => [...tokens, 1]);
}

const targets = pairs.map(({ target }) => target);

describe('a T5 in training', () => {
  it('learns to answer with AdamW, traced, and answers so once exported', async () => {
    const weights = livelyWeights(config);
    const trained = await train({
      weights,
      trainable: trainableNames(config, everything),
      steps: 150,
      rate: 0.01,
    });
    expect(await answers(weights)).not.toEqual(targets);
    expect(await answers(trained)).toEqual(targets);
  });

  it('learns to answer with Adafactor', async () => {
    const weights = livelyWeights(config);
    const trainable = trainableNames(config, everything);
    const trained = await train({
      weights,
      trainable,
      step: { update: adafactorUpdate(trainable), clip: Number.POSITIVE_INFINITY },
      state: new Map([...initialState(weights, []), ...adafactorState(weights, trainable)]),
      steps: 200,
      rate: 0.05,
    });
    expect(await answers(trained)).toEqual(targets);
  });

  it('learns with adapters alone, which start as the identity and export with the model', async () => {
    const plain = livelyWeights(config);
    const adapters = initialAdapters(config, 8, 1);
    const weights = new Map([...plain, ...adapters]);
    expect(await answers(weights)).toEqual(await answers(plain));
    const trained = await train(
      { weights, trainable: [...adapters.keys()], steps: 250, rate: 0.03 },
      true,
    );
    for (const name of plain.keys()) expect(trained.get(name)).toEqual(plain.get(name));
    expect(await answers(trained)).toEqual(targets);
  });

  it('leaves frozen blocks as they are', async () => {
    const weights = livelyWeights(config);
    const frozen = { embeddings: true, encoderBlocks: 1, decoderBlocks: 2 };
    const trainable = trainableNames(config, frozen);
    const trained = await train({ weights, trainable, steps: 2, rate: 0.01 });
    const changed = [...weights].filter(
      ([name, { data }]) => !data.every((value, i) => value === trained.get(name)?.data[i]),
    );
    expect(changed.map(([name]) => name).sort()).toEqual([...trainable].sort());
    expect(trainable.some((name) => /encoder\.block\.0|decoder\.block|shared/.test(name))).toBe(
      false,
    );
  });
});
