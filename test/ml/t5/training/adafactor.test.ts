import { beforeAll, describe, expect, it } from '@jest/globals';
import { openEagerMachine } from '../../../../src/ml/engine/eager.ts';
import type { Computation, Machine } from '../../../../src/ml/engine/engine.ts';
import { openTracedMachine } from '../../../../src/ml/engine/traced.ts';
import type { HostTensor } from '../../../../src/ml/onnx/session.ts';
import { normalFrom } from '../../../../src/ml/random.ts';
import {
  type AdafactorOptions,
  adafactorSchedule,
  adafactorSlots,
  adafactorStep,
  usualAdafactor,
} from '../../../../src/ml/t5/training/adafactor.ts';
import { selectEagerBackend } from '../../../../src/ml/tf.ts';

const rms = (values: number[]) =>
  Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

/** Algorithm 4 of the paper, with sums as it is written there, one number at a time. */
function plainAdafactor(
  shape: [number, number],
  start: number[],
  gradients: number[][],
  decay = 0,
) {
  const [n, m] = shape;
  let x = [...start];
  const r = new Array<number>(n).fill(0);
  const c = new Array<number>(m).fill(0);
  for (const [index, g] of gradients.entries()) {
    const t = index + 1;
    const beta = 1 - t ** -0.8;
    const rho = Math.min(1e-2, 1 / Math.sqrt(t));
    const alpha = Math.max(1e-3, rms(x)) * rho;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < m; j++) sum += (g[i * m + j] as number) ** 2 + 1e-30;
      r[i] = beta * (r[i] as number) + (1 - beta) * sum;
    }
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (g[i * m + j] as number) ** 2 + 1e-30;
      c[j] = beta * (c[j] as number) + (1 - beta) * sum;
    }
    const total = r.reduce((a, b) => a + b, 0);
    const u = g.map((value, k) => {
      const v = ((r[Math.floor(k / m)] as number) * (c[k % m] as number)) / total;
      return value / Math.sqrt(v);
    });
    const scale = Math.max(1, rms(u));
    x = x.map((value, k) => value * (1 - rho * decay) - (alpha * (u[k] as number)) / scale);
  }
  return x;
}

/** Algorithm 5: vectors keep every second moment. */
function plainVector(start: number[], gradients: number[][]) {
  let x = [...start];
  let v = start.map(() => 0);
  for (const [index, g] of gradients.entries()) {
    const t = index + 1;
    const beta = 1 - t ** -0.8;
    const alpha = Math.max(1e-3, rms(x)) * Math.min(1e-2, 1 / Math.sqrt(t));
    v = v.map((value, i) => beta * value + (1 - beta) * ((g[i] as number) ** 2 + 1e-30));
    const u = g.map((value, i) => value / Math.sqrt(v[i] as number));
    x = x.map((value, i) => value - (alpha * (u[i] as number)) / Math.max(1, rms(u)));
  }
  return x;
}

const normal = normalFrom(8);
const draw = (count: number, size: number) =>
  Array.from({ length: count }, () => Math.fround(size * normal()));
const float = (shape: number[], data: number[]): HostTensor => ({
  type: 'float32',
  shape,
  data: Float32Array.from(data),
});

function step(shape: number[], options: AdafactorOptions): Computation {
  const slots = Object.keys(adafactorSlots(shape));
  return (state, batch) => {
    const result = adafactorStep(
      state('x'),
      batch('gradient'),
      Object.fromEntries(slots.map((slot) => [slot, state(slot)])),
      { rate: batch('rate'), decay: batch('decay') },
      options,
    );
    return { outputs: {}, state: { x: result.parameter, ...result.slots } };
  };
}

async function run(
  open: (state: Map<string, HostTensor>) => Machine,
  shape: number[],
  start: number[],
  gradients: number[][],
  options = usualAdafactor,
): Promise<number[]> {
  const zeros = Object.entries(adafactorSlots(shape)).map(
    ([slot, size]) =>
      [slot, float([...size], new Array(size.reduce((a, b) => a * b)).fill(0))] as const,
  );
  const machine = open(new Map([['x', float(shape, start)], ...zeros]));
  const computation = step(shape, options);
  for (const [index, gradient] of gradients.entries()) {
    const { rate, decay } = adafactorSchedule(index + 1);
    const scalars = { rate: float([], [rate]), decay: float([], [decay]) };
    await machine.run(computation, { gradient: float(shape, gradient), ...scalars });
  }
  const state = await machine.read();
  await machine.close();
  return Array.from(state.get('x')?.data as Float32Array);
}

function expectClose(actual: number[], expected: number[]) {
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i] as number, 5);
}

beforeAll(() => selectEagerBackend('cpu'));

describe.each(['eager', 'traced'] as const)('Adafactor, %s', (engine) => {
  const open = (state: Map<string, HostTensor>) =>
    engine === 'eager' ? openEagerMachine(state) : openTracedMachine(state, { threads: 1 });

  it('moves a matrix as algorithm 4 does, large and tiny gradients alike', async () => {
    const start = draw(12, 0.5);
    const gradients = [draw(12, 1), draw(12, 100), draw(12, 1e-6), draw(12, 1), draw(12, 1)];
    expectClose(
      await run(open, [3, 4], start, gradients),
      plainAdafactor([3, 4], start, gradients),
    );
  });

  it('moves a vector as algorithm 5 does', async () => {
    const start = draw(5, 2);
    const gradients = [draw(5, 1), draw(5, 10), draw(5, 0.1)];
    expectClose(await run(open, [5], start, gradients), plainVector(start, gradients));
  });

  it('moves parameters that are all zero, and decays matrices when asked', async () => {
    const gradients = [draw(6, 1)];
    const zeros = new Array<number>(6).fill(0);
    const moved = await run(open, [2, 3], zeros, gradients);
    expect(rms(moved)).toBeCloseTo(1e-5, 6);
    const start = draw(6, 1);
    const decayed = await run(open, [2, 3], start, gradients, {
      ...usualAdafactor,
      weightDecay: 0.1,
    });
    expectClose(decayed, plainAdafactor([2, 3], start, gradients, 0.1));
  });
});
