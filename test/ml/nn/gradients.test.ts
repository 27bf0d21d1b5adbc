import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEagerMachine } from '../../../src/ml/engine/eager.ts';
import type { Computation, Lookup, Machine } from '../../../src/ml/engine/engine.ts';
import { openTracedMachine } from '../../../src/ml/engine/traced.ts';
import { attention } from '../../../src/ml/nn/attention.ts';
import { createDropout, NOISE_SIZE } from '../../../src/ml/nn/dropout.ts';
import { embedding, positions } from '../../../src/ml/nn/embedding.ts';
import { gelu, geluTanh } from '../../../src/ml/nn/gelu.ts';
import { layerNorm } from '../../../src/ml/nn/layer-norm.ts';
import { linear } from '../../../src/ml/nn/linear.ts';
import { binaryCrossEntropy, crossEntropy, huber } from '../../../src/ml/nn/losses.ts';
import { rmsNorm } from '../../../src/ml/nn/rms-norm.ts';
import type { HostTensor, HostTensors } from '../../../src/ml/onnx/session.ts';
import { selectEagerBackend, tf } from '../../../src/ml/tf.ts';
import { floats, integers, randomFrom } from '../../helpers/tensors.ts';

/** A layer under test: named parameters to check, other inputs, and a function of both. */
interface Case {
  readonly parameters: Record<string, HostTensor>;
  readonly batch: HostTensors;
  readonly layer: (p: Lookup, batch: Lookup) => tf.Tensor;
}

const random = randomFrom(7);
const f = (...shape: number[]) => floats(shape, random);

const cases: Record<string, Case> = {
  linear: {
    parameters: { x: f(2, 3, 4), w: f(5, 4), b: f(5) },
    batch: {},
    layer: (p) => linear(p('x'), p('w'), p('b')),
  },
  'embedding with repeated ids, and positions': {
    parameters: { table: f(6, 4), places: f(3, 4) },
    batch: { ids: integers([2, 3], [5, 0, 5, 5, 1, 2]) },
    layer: (p, batch) =>
      embedding(p('table'), batch('ids')).add(embedding(p('places'), positions(batch('ids')))),
  },
  layerNorm: {
    parameters: { x: f(2, 3, 8), g: f(8), b: f(8) },
    batch: {},
    layer: (p) => layerNorm(p('x'), p('g'), p('b'), 1e-5),
  },
  rmsNorm: {
    parameters: { x: f(2, 3, 8), g: f(8) },
    batch: {},
    layer: (p) => rmsNorm(p('x'), p('g')),
  },
  gelu: { parameters: { x: f(3, 7) }, batch: {}, layer: (p) => gelu(p('x')) },
  geluTanh: { parameters: { x: f(3, 7) }, batch: {}, layer: (p) => geluTanh(p('x')) },
  'attention with padding and a bias': {
    parameters: { q: f(2, 3, 8), k: f(2, 4, 8), v: f(2, 4, 8), bias: f(1, 2, 3, 4) },
    batch: { mask: floats([2, 4], [1, 1, 1, 0, 1, 1, 0, 0]) },
    layer: (p, batch) =>
      attention(p('q'), p('k'), p('v'), { heads: 2, mask: batch('mask'), bias: p('bias') }),
  },
  dropout: {
    parameters: { x: f(4, 5) },
    batch: { noise: floats([NOISE_SIZE], randomFrom(3, true)) },
    layer: (p, batch) => createDropout(0.4, batch('noise') as tf.Tensor1D)(p('x')),
  },
  'cross-entropy with weights and smoothing': {
    parameters: { x: f(4, 5) },
    batch: { labels: integers([4], [0, 4, 2, 2]), weights: floats([4], [1, 0.5, 0, 2]) },
    layer: (p, batch) => crossEntropy(p('x'), batch('labels'), batch('weights'), 0.1),
  },
  'binary cross-entropy': {
    parameters: { x: f(4, 3) },
    batch: {
      y: floats([4, 3], [0, 1, 1, 0, 0, 0, 1, 1, 1, 0.5, 0, 1]),
      w: floats([4, 3], () => 1),
    },
    layer: (p, batch) => binaryCrossEntropy(p('x'), batch('y'), batch('w')),
  },
  'huber and squared error': {
    parameters: { x: f(6) },
    batch: { y: floats([6], [0, 5, -5, 1, 2, 0.1]), w: floats([6], [1, 1, 2, 1, 0, 1]) },
    layer: (p, batch) =>
      huber(p('x'), batch('y'), batch('w'), 1).add(
        huber(p('x'), batch('y'), batch('w'), Number.POSITIVE_INFINITY),
      ),
  },
};

/** The layer's output weighed by fixed numbers: a scalar whose gradient reaches every output. */
function loss(layer: Case['layer'], p: Lookup, batch: Lookup): tf.Scalar {
  const y = layer(p, batch);
  const weights = tf.tensor(Float32Array.from({ length: y.size }, (_, i) => Math.sin(i + 1)));
  return y.mul(weights.reshape(y.shape)).sum() as tf.Scalar;
}

function gradients({ parameters, layer }: Case): Computation {
  return (state, batch) => {
    const names = Object.keys(parameters);
    const variables = names.map((name) => state(name) as tf.Variable);
    const { value, grads } = tf.variableGrads(() => loss(layer, state, batch), variables);
    const byName = names.map((name, i) => [name, grads[variables[i]?.name as string] as tf.Tensor]);
    return { outputs: { loss: value, ...Object.fromEntries(byName) } };
  };
}

describe.each(['traced', 'wasm', 'cpu'] as const)('gradients on the %s engine', (engine) => {
  const machines: Machine[] = [];
  beforeAll(() => selectEagerBackend(engine === 'wasm' ? 'wasm' : 'cpu'));
  afterAll(() => Promise.all(machines.map((machine) => machine.close())));

  it.each(Object.entries(cases))('%s: equal to central differences', async (_name, of) => {
    const state = new Map(Object.entries(of.parameters));
    const machine =
      engine === 'traced' ? openTracedMachine(state, { threads: 1 }) : openEagerMachine(state);
    machines.push(machine);
    const computation = gradients(of);
    const forward: Computation = (p, batch) => ({ outputs: { loss: loss(of.layer, p, batch) } });
    const exact = await machine.run(computation, of.batch);
    for (const [name, tensor] of Object.entries(of.parameters)) {
      for (let i = 0; i < tensor.data.length; i++) {
        const nudged = async (by: number) => {
          const data = Float32Array.from(tensor.data as Float32Array);
          data[i] = (data[i] as number) + by;
          await machine.load(new Map([[name, { ...tensor, data }]]));
          return (await machine.run(forward, of.batch)).loss?.data[0] as number;
        };
        const slope = ((await nudged(0.01)) - (await nudged(-0.01))) / 0.02;
        await machine.load(new Map([[name, tensor]]));
        const gradient = exact[name]?.data[i] as number;
        expect({ name, i, gap: Math.abs(gradient - slope) / Math.max(1, Math.abs(slope)) }).toEqual(
          {
            name,
            i,
            gap: expect.closeTo(0, 3),
          },
        );
      }
    }
  });
});

describe('the engines', () => {
  it.each(Object.entries(cases))('%s: the traced gradient is the wasm one', async (_name, of) => {
    await selectEagerBackend('wasm');
    const state = new Map(Object.entries(of.parameters));
    const [traced, wasm] = [openTracedMachine(state, { threads: 1 }), openEagerMachine(state)];
    const [a, b] = [
      await traced.run(gradients(of), of.batch),
      await wasm.run(gradients(of), of.batch),
    ];
    for (const [name, tensor] of Object.entries(b)) {
      const gaps = [...tensor.data].map((x, i) => Math.abs(Number(x) - Number(a[name]?.data[i])));
      expect(Math.max(...gaps)).toBeLessThan(1e-5);
    }
    await Promise.all([traced.close(), wasm.close()]);
  });
});
