import { describe, expect, it } from '@jest/globals';
import { type EngineName, openMachine } from '../../../src/ml/engine/open.ts';
import { floats } from '../../helpers/tensors.ts';

describe('opening a machine', () => {
  it.each<[EngineName, RegExp]>([
    ['onnx', /^onnx \(cpu, 1 threads\)$/],
    ['wasm', /^tfjs wasm$/],
    ['cpu', /^tfjs cpu$/],
    ['auto', /^(onnx|tfjs tensorflow)/],
  ])('takes %s at its word', async (engine, name) => {
    const machine = await openMachine(engine, new Map([['x', floats([1], [20])]]), { threads: 1 });
    expect(machine.name).toMatch(name);
    const { y } = await machine.run((state) => ({ outputs: { y: state('x').add(1) } }), {});
    expect(y?.data[0]).toBe(21);
    await machine.close();
  });
});
