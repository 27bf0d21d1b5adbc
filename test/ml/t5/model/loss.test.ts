import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEagerMachine } from '../../../../src/ml/engine/eager.ts';
import type { Computation, Machine } from '../../../../src/ml/engine/engine.ts';
import { openTracedMachine } from '../../../../src/ml/engine/traced.ts';
import type { HostTensor } from '../../../../src/ml/onnx/session.ts';
import { normalFrom } from '../../../../src/ml/random.ts';
import { seq2seqBatch } from '../../../../src/ml/t5/data/batch.ts';
import { forcedLoss } from '../../../../src/ml/t5/model/loss.ts';
import { plainNet } from '../../../../src/ml/t5/model/net.ts';
import { selectEagerBackend, tf } from '../../../../src/ml/tf.ts';
import type { Weights } from '../../../../src/ml/weights/weights.ts';
import { livelyWeights, tinyConfig } from '../helpers.ts';
import { oracleLoss } from '../oracle.ts';

const SMOOTHING = 0.1;
/** Small, so that no ReLU turns; the loops compute in double precision. */
const STEP = 1e-5;
const pair = { source: [5, 7, 11, 3, 28, 2, 1], target: [8, 8, 19, 3, 1] };

function stateOf(weights: Weights): Map<string, HostTensor> {
  return new Map([...weights].map(([name, weight]) => [name, { type: 'float32', ...weight }]));
}

/** A copy whose weight `name` is moved by `step` times a random direction. */
function moved(weights: Weights, name: string, step: number): Weights {
  const weight = weights.get(name);
  if (!weight) throw new Error(name);
  const normal = normalFrom(17 + name.length);
  const data = weight.data.map((value) => value + step * normal());
  return new Map(weights).set(name, { ...weight, data });
}

/** What the loss would gain along the move from `a` to `b`, by the gradient. */
function along(gradient: HostTensor, a: Weights, b: Weights, name: string): number {
  const [from, to] = [a.get(name)?.data as Float32Array, b.get(name)?.data as Float32Array];
  return Array.from(gradient.data as Float32Array).reduce(
    (sum, g, i) => sum + g * ((to[i] as number) - (from[i] as number)),
    0,
  );
}

describe.each(['t5', 'v1.1'] as const)('the loss of a %s model', (kind) => {
  const config = tinyConfig(kind);
  const weights = livelyWeights(config);
  const batch = seq2seqBatch([pair], { rows: 2, source: 9, target: 6 }, config);
  const lossAndGradients: Computation = (state, input) => {
    const variables = [...weights.keys()].map((name) => state(name) as tf.Variable);
    const { value, grads } = tf.variableGrads(
      () =>
        forcedLoss(
          plainNet(config, state),
          {
            source: input('source'),
            sourceMask: input('sourceMask'),
            decoderInput: input('decoderInput'),
            labels: input('labels'),
            labelWeights: input('labelWeights'),
          },
          SMOOTHING,
        ),
      variables,
    );
    const byName = [...weights.keys()].map((name, i) => {
      const variable = variables[i] as tf.Variable;
      return [`d ${name}`, grads[variable.name] as tf.Tensor] as const;
    });
    return { outputs: { loss: value, ...Object.fromEntries(byName) } };
  };

  describe.each(['eager', 'traced'] as const)('computed %s', (engine) => {
    let machine: Machine;
    beforeAll(async () => {
      if (engine === 'eager') await selectEagerBackend('cpu');
      const state = stateOf(weights);
      machine =
        engine === 'eager' ? openEagerMachine(state) : openTracedMachine(state, { threads: 1 });
    });
    afterAll(() => machine.close());

    it('is that of the nested loops, padding and empty rows aside', async () => {
      const { loss } = await machine.run(lossAndGradients, batch);
      const expected = oracleLoss(config, weights, pair.source, pair.target, SMOOTHING);
      expect(loss?.data[0]).toBeCloseTo(expected, 5);
    });

    it('has the gradients that differences of the nested loops show', async () => {
      const gradients = await machine.run(lossAndGradients, batch);
      for (const name of weights.keys()) {
        const [low, high] = [moved(weights, name, -STEP), moved(weights, name, STEP)];
        const [before, after] = [low, high].map((at) =>
          oracleLoss(config, at, pair.source, pair.target, SMOOTHING),
        ) as [number, number];
        const gain = along(gradients[`d ${name}`] as HostTensor, low, high, name);
        expect({
          name,
          agrees: Math.abs(after - before - gain) < 1e-3 * Math.abs(gain) + 1e-7,
        }).toEqual({ name, agrees: true });
      }
    });
  });
});
