import { describe, expect, it } from '@jest/globals';
import { createGraphBuilder } from '../../../src/ml/onnx/builder.ts';
import { encodeModel } from '../../../src/ml/onnx/encode.ts';
import { MICROSOFT } from '../../../src/ml/onnx/graph.ts';
import { openSession } from '../../../src/ml/onnx/session.ts';

describe('a graph written by Cameo, run by ONNX Runtime', () => {
  it('computes with constants, attributes of every kind and a dimension known at run time', async () => {
    const builder = createGraphBuilder();
    const x = builder.input({ name: 'x', type: 'float32', shape: ['rows', 2] });
    const w = builder.constant({
      type: 'float32',
      dims: [2, 2],
      data: Float32Array.of(1, 2, 3, 4),
    });
    const product = builder.node(
      'FusedMatMul',
      [x, w],
      { transA: 0, transB: 1, alpha: { float: 0.5 } },
      MICROSOFT,
    );
    const turned = builder.node('Transpose', [product], { perm: [1, 0] });
    const sum = builder.node('Add', [turned, builder.float(1)]);
    builder.output({ name: 'y', type: 'float32', shape: [2, 'rows'] }, sum);

    const session = await openSession(encodeModel(builder.graph), { threads: 1 });
    const { y } = await session.run({
      x: { type: 'float32', shape: [3, 2], data: Float32Array.of(1, 0, 0, 1, 1, 1) },
    });
    await session.close();
    // Half of x times w transposed is [[.5, 1.5], [1, 2], [1.5, 3.5]]; turned, and one added:
    expect(y?.shape).toEqual([2, 3]);
    expect([...(y?.data ?? [])]).toEqual([1.5, 2, 2.5, 2.5, 3, 4.5]);
  });

  it('writes into a buffer of the caller', async () => {
    const builder = createGraphBuilder();
    builder.input({ name: 'x', type: 'int64', shape: [3] });
    builder.output(
      { name: 'y', type: 'int64', shape: [3] },
      builder.node('Add', ['x', builder.int64([40])]),
    );
    const session = await openSession(encodeModel(builder.graph), { threads: 1 });
    const into = new BigInt64Array(3);
    await session.run(
      { x: { type: 'int64', shape: [3], data: BigInt64Array.of(1n, 2n, -3n) } },
      { y: { type: 'int64', shape: [3], data: into } },
    );
    expect(into).toEqual(BigInt64Array.of(41n, 42n, 37n));
    await session.close();
  });

  it('says why a damaged model does not load', async () => {
    await expect(openSession(Uint8Array.of(1, 2, 3), { threads: 1 })).rejects.toThrow(
      /ONNX model does not load/,
    );
  });
});
