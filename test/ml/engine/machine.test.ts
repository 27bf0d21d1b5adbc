import { beforeAll, describe, expect, it } from '@jest/globals';
import { openEagerMachine } from '../../../src/ml/engine/eager.ts';
import type { Computation, Machine } from '../../../src/ml/engine/engine.ts';
import { openTracedMachine } from '../../../src/ml/engine/traced.ts';
import type { HostTensor } from '../../../src/ml/onnx/session.ts';
import { selectEagerBackend, tf } from '../../../src/ml/tf.ts';
import { floats } from '../../helpers/tensors.ts';

const engines: Record<string, (state: Map<string, HostTensor>) => Machine> = {
  traced: (state) => openTracedMachine(state, { threads: 1 }),
  'traced, with standard operators only': (state) =>
    openTracedMachine(state, { threads: 1, providers: ['cpu'], portable: true }),
  eager: openEagerMachine,
};

const addToTotal: Computation = (state, batch) => {
  const total = state('total').add(batch('x').sum(0));
  return { outputs: { total }, state: { total } };
};

describe.each(Object.entries(engines))('a machine, %s', (_name, open) => {
  beforeAll(() => selectEagerBackend('cpu'));

  it('keeps state from run to run, for batches of any shape', async () => {
    const machine = open(new Map([['total', floats([2], [1, 1])]]));
    await machine.run(addToTotal, { x: floats([1, 2], [1, 2]) });
    await machine.run(addToTotal, { x: floats([3, 2], [1, 0, 1, 0, 1, 0]) });
    const { total } = await machine.run(addToTotal, { x: floats([1, 2], [0, 5]) });
    expect([...(total?.data ?? [])]).toEqual([5, 8]);
    expect([...((await machine.read()).get('total')?.data ?? [])]).toEqual([5, 8]);
    await machine.close();
  });

  it('hands out copies, and takes state back', async () => {
    const machine = open(
      new Map([
        ['total', floats([2], [1, 2])],
        ['other', floats([1], [9])],
      ]),
    );
    const saved = await machine.read();
    await machine.run(addToTotal, { x: floats([1, 2], [10, 10]) });
    await machine.run(addToTotal, { x: floats([1, 2], [10, 10]) });
    expect([...(saved.get('total')?.data ?? [])]).toEqual([1, 2]);
    await machine.load(new Map([['total', saved.get('total') as HostTensor]]));
    const { total } = await machine.run(addToTotal, { x: floats([1, 2], [0, 0]) });
    expect([...(total?.data ?? [])]).toEqual([1, 2]);
    expect([...((await machine.read()).get('other')?.data ?? [])]).toEqual([9]);
    await machine.close();
  });

  it('computes with all kinds of operations', async () => {
    const machine = open(new Map());
    const outputs = await machine.run(variety, { x: floats([2, 3], [1, -2, 3, 0.5, 5, -6]) });
    await machine.close();
    const values = Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => [
        name,
        [...data].map((x) => Number(Number(x).toFixed(4))),
      ]),
    );
    expect(values).toEqual({
      argMax: [2, 1],
      clipped: [1, -1, 1, 0.5, 1, -1],
      cumsum: [1, -1, 2, 0.5, 5.5, -0.5],
      max: [3, 5],
      oneHot: [0, 1, 0, 0, 0, 1],
      packed: [1, -2, 3, 1, -2, 3, 0.5, 5, -6, 0.5, 5, -6],
      padded: [0, 1, -2, 3, 0, 0.5, 5, -6],
      power: [1, 4, 9, 0.25, 25, 36],
      split: [-2, 3, 5, -6],
      tiled: [1, -2, 3, 1, -2, 3, 0.5, 5, -6, 0.5, 5, -6],
      top: [3, 1, 5, 0.5],
      where: [1, 0, 3, 0.5, 5, 0],
    });
  });

  it('leaves the state alone when a computation fails', async () => {
    const machine = open(new Map([['total', floats([2], [1, 2])]]));
    const wrong: Computation = (state, batch) => ({
      outputs: { y: state('total').add(batch('x')) },
    });
    await expect(machine.run(wrong, { x: floats([3], [1, 2, 3]) })).rejects.toThrow();
    await expect(machine.run(addToTotal, {})).rejects.toThrow(/no "x"/);
    const absent: Computation = (state) => ({ outputs: { y: state('absent') } });
    await expect(machine.run(absent, {})).rejects.toThrow(/"absent" is missing/);
    expect([...((await machine.read()).get('total')?.data ?? [])]).toEqual([1, 2]);
    await machine.close();
  });
});

const variety: Computation = (_state, batch) => {
  const x = batch('x');
  const [, rest] = x.split([1, 2], 1) as [tf.Tensor, tf.Tensor];
  const [first, second] = x.unstack() as [tf.Tensor, tf.Tensor];
  return {
    outputs: {
      argMax: x.argMax(1),
      clipped: x.clipByValue(-1, 1),
      cumsum: x.cumsum(1),
      max: x.max(1),
      oneHot: tf.oneHot(tf.tensor1d([1, 2], 'int32'), 3).cast('float32'),
      packed: tf.stack([first, first, second, second]),
      padded: x.pad([
        [0, 0],
        [1, 0],
      ]),
      power: x.abs().pow(2),
      split: rest,
      tiled: x.tile([1, 2]),
      top: tf.topk(x, 2).values,
      where: tf.where(x.greater(0), x, tf.zerosLike(x)),
    },
  };
};
