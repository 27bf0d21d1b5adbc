import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseBertConfig } from '../../../src/ml/bert/config.ts';
import { bertEncode } from '../../../src/ml/bert/encoder.ts';
import { bertShapes, initialBertWeights } from '../../../src/ml/bert/parameters.ts';
import { openEagerMachine } from '../../../src/ml/engine/eager.ts';
import type { Computation } from '../../../src/ml/engine/engine.ts';
import { openTracedMachine } from '../../../src/ml/engine/traced.ts';
import { noDropout } from '../../../src/ml/nn/dropout.ts';
import type { HostTensors } from '../../../src/ml/onnx/session.ts';
import { seededRandom } from '../../../src/ml/random.ts';
import {
  maskedBatch,
  pretrainLoss,
  pretrainScores,
  pretrainShapes,
} from '../../../src/ml/tasks/pretrain.ts';
import { initialHead } from '../../../src/ml/tasks/task.ts';
import { selectEagerBackend } from '../../../src/ml/tf.ts';
import { fit as runSteps } from '../../../src/ml/train/fit.ts';
import { initialState, trainingStep } from '../../../src/ml/train/step.ts';

const config = parseBertConfig(
  JSON.stringify({
    hidden_size: 32,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 64,
    vocab_size: 20,
    max_position_embeddings: 32,
  }),
  'test',
);
const shapes = new Map([...bertShapes(config), ...pretrainShapes(config)]);
const weights = new Map([
  ...initialBertWeights(config, 1),
  ...initialHead(pretrainShapes(config), 2),
]);
const masks = {
  rate: 0.15,
  pad: 0,
  mask: 3,
  special: new Set([0, 1, 2, 3]),
  vocabularySize: 20,
};

const anyRows = fc.array(
  fc
    .array(fc.integer({ min: 4, max: 19 }), { minLength: 1, maxLength: 20 })
    .map((ids) => Int32Array.from([1, ...ids, 2])),
  { minLength: 1, maxLength: 6 },
);

describe('masking', () => {
  it('hides ordinary tokens and remembers them; all else stays', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(), (rows, seed) => {
        const batch = maskedBatch(rows, 6, 16, masks, seededRandom(seed).next);
        const restored = Int32Array.from(batch.ids?.data as Int32Array);
        const [places, labels, on] = [batch.places, batch.labels, batch.weights].map(
          (t) => t?.data,
        );
        on?.forEach((weight: unknown, slot: number) => {
          if (!weight) return;
          expect(labels?.[slot]).toBeGreaterThan(3);
          restored[Number(places?.[slot])] = Number(labels?.[slot]);
        });
        const plain = rows.flatMap((row) =>
          [...row.slice(0, 16), ...Array(16).fill(0)].slice(0, 16),
        );
        expect([...restored]).toEqual([...plain, ...Array((6 - rows.length) * 16).fill(0)]);
      }),
    );
  });

  it('hides about the share asked for, 8 of 10 of them behind the mask', () => {
    const rows = Array.from({ length: 64 }, (_, r) =>
      Int32Array.from({ length: 128 }, (_x, i) => 4 + ((i * 7 + r) % 16)),
    );
    const batch = maskedBatch(rows, 64, 128, masks, seededRandom(5).next);
    const weights = Array.from(batch.weights?.data as Float32Array);
    const hidden = weights.reduce((sum, weight) => sum + weight, 0);
    const ids = Array.from(batch.ids?.data as Int32Array);
    const behind = ids.filter((id) => id === masks.mask).length;
    expect(hidden / (64 * 128)).toBeCloseTo(0.15, 2);
    expect(behind / hidden).toBeCloseTo(0.8, 1);
  });

  it('is drawn anew by chance, and repeats by seed', () => {
    const rows = [Int32Array.from([1, ...Array.from({ length: 14 }, (_, i) => 4 + i), 2])];
    const by = (seed: number) => maskedBatch(rows, 1, 16, masks, seededRandom(seed).next);
    expect(by(1)).toEqual(by(1));
    expect(by(1)).not.toEqual(by(2));
  });
});

describe('masked-language modelling', () => {
  it('has the mean of -log softmax over the hidden tokens as its loss', async () => {
    await selectEagerBackend('cpu');
    const rows = [Int32Array.from([1, 5, 6, 7, 8, 9, 2]), Int32Array.from([1, 9, 9, 2])];
    const batch = maskedBatch(rows, 2, 8, { ...masks, rate: 0.4 }, seededRandom(3).next);
    const machine = openEagerMachine(initialState(weights, []));
    const loss: Computation = (p, b) => ({
      outputs: { loss: pretrainLoss(config)(p, b, { dropout: noDropout }) },
    });
    // The second way: scores at all places, and plain arithmetic.
    const all: Computation = (p, b) => {
      const hidden = bertEncode(config, p, { ids: b('ids'), mask: b('mask') });
      return { outputs: { scores: pretrainScores(config, p, hidden.reshape([-1, 32])) } };
    };
    const got = (await machine.run(loss, batch)).loss?.data[0];
    const scores = (await machine.run(all, batch)).scores?.data as Float32Array;
    const on = batch.weights?.data as Float32Array;
    const losses = Array.from(on).flatMap((weight, slot) => {
      const from = Number(batch.places?.data[slot]) * 20;
      const row = [...scores.slice(from, from + 20)];
      const total = row.reduce((sum, score) => sum + Math.exp(score), 0);
      return weight ? [Math.log(total) - (row[Number(batch.labels?.data[slot])] as number)] : [];
    });
    expect(losses.length).toBeGreaterThan(2);
    expect(got).toBeCloseTo(losses.reduce((a, b) => a + b) / losses.length, 4);
    await machine.close();
  });

  it('learns which token is missing', async () => {
    // Each text says one word over and over: what is hidden follows from the rest.
    const textOf = (word: number) =>
      Int32Array.from([1, ...Array.from({ length: 12 }, () => 4 + word), 2]);
    const trainable = [...shapes.keys()];
    const machine = openTracedMachine(initialState(weights, trainable), { threads: 1 });
    const step = trainingStep({ trainable, loss: pretrainLoss(config), dropout: 0.1, clip: 1 });
    const losses: number[] = [];
    await runSteps({
      machine,
      step,
      schedule: { rate: 5e-3, warmup: 0.1, decay: 'linear', steps: 300 },
      decay: 0.01,
      seed: 1,
      batchAt: (_step, random): HostTensors => {
        const rows = Array.from({ length: 16 }, () => textOf(Math.floor(random() * 16)));
        return maskedBatch(rows, 16, 16, masks, random);
      },
      onStep: ({ loss }) => losses.push(loss),
    });
    const mean = (of: number[]) => of.reduce((a, b) => a + b) / of.length;
    expect(mean(losses.slice(0, 5))).toBeGreaterThan(2.5);
    expect(mean(losses.slice(-20))).toBeLessThan(0.3);
    await machine.close();
  });
});
