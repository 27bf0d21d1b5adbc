import { describe, expect, it } from '@jest/globals';
import { bertConfig } from '../../../src/ml/bert/config.ts';
import { exportBert } from '../../../src/ml/bert/export.ts';
import { initialBertWeights } from '../../../src/ml/bert/parameters.ts';
import { createGraphBuilder } from '../../../src/ml/onnx/builder.ts';
import { encodeModel } from '../../../src/ml/onnx/encode.ts';
import { MICROSOFT, type OnnxGraph } from '../../../src/ml/onnx/graph.ts';
import { optimiseGraph } from '../../../src/ml/onnx/optimise.ts';
import { quantiseGraph } from '../../../src/ml/onnx/quantise.ts';
import { compareVectors, quantiseChecked } from '../../../src/ml/onnx/quantise-check.ts';
import { type HostTensors, openSession } from '../../../src/ml/onnx/session.ts';
import { floats, randomFrom } from '../../helpers/tensors.ts';

const [ROWS, COLUMNS] = [64, 96];

/** x times a constant, in the forms that products come in. */
function productGraph(form: 'MatMul' | 'transposed' | 'scaled', bias: boolean): OnnxGraph {
  const random = randomFrom(5);
  const builder = createGraphBuilder();
  const x = builder.input({ name: 'x', type: 'float32', shape: ['batch', ROWS] });
  const turned = form !== 'MatMul';
  const weight = builder.constant({
    type: 'float32',
    dims: turned ? [COLUMNS, ROWS] : [ROWS, COLUMNS],
    data: Float32Array.from({ length: ROWS * COLUMNS }, random),
  });
  const attributes = { transA: 0, transB: 1, alpha: { float: form === 'scaled' ? 0.25 : 1 } };
  const product = turned
    ? builder.node('FusedMatMul', [x, weight], attributes, MICROSOFT)
    : builder.node('MatMul', [x, weight]);
  const shift = builder.constant({
    type: 'float32',
    dims: [COLUMNS],
    data: Float32Array.from({ length: COLUMNS }, random),
  });
  const sum = bias ? builder.node('Add', [shift, product]) : product;
  builder.output({ name: 'y', type: 'float32', shape: ['batch', COLUMNS] }, sum);
  return builder.graph;
}

const input = { x: floats([5, ROWS], randomFrom(9)) };

describe.each(['MatMul', 'transposed', 'scaled'] as const)(
  'a product (%s) in eight bits',
  (form) => {
    it.each([true, false])('is near the one in fp32 (with a bias: %s)', async (bias) => {
      const graph = productGraph(form, bias);
      const quantised = quantiseGraph(graph);
      expect(opsOf(quantised)).toEqual(['DynamicQuantizeMatMul', 'Identity']);
      expect([...quantised.initializers.values()].map(({ type }) => type)).toContain('int8');
      const [full, rounded] = [await run(graph, input), await run(quantised, input)];
      expect(compareVectors([full], [rounded]).minCosine).toBeGreaterThan(0.999);
      // A cosine does not see a wrong scale.
      const sizes = [full, rounded].map(({ data }) => Math.hypot(...(data as Float32Array)));
      expect((sizes[1] as number) / (sizes[0] as number)).toBeCloseTo(1, 2);
    });

    it('computes the same in fp32 with the weight turned round beforehand', async () => {
      const graph = productGraph(form, true);
      const [before, after] = [await run(graph, input), await run(optimiseGraph(graph), input)];
      after.data.forEach((value, i) => {
        expect(value).toBeCloseTo(before.data[i] as number, 4);
      });
    });
  },
);

describe('a graph in eight bits', () => {
  it('keeps small matrices, transposed left sides and what is no product as they are', () => {
    const builder = createGraphBuilder();
    const x = builder.input({ name: 'x', type: 'float32', shape: [64, 64] });
    const matrix = (size: number) =>
      builder.constant({ type: 'float32', dims: [64, size], data: new Float32Array(64 * size) });
    const small = builder.node('MatMul', [x, matrix(2)]);
    const left = builder.node('FusedMatMul', [x, matrix(64)], { transA: 1 }, MICROSOFT);
    const sum = builder.node('Add', [left, matrix(64)]);
    builder.output({ name: 'a', type: 'float32', shape: [64, 2] }, small);
    builder.output({ name: 'b', type: 'float32', shape: [64, 64] }, sum);
    expect(quantiseGraph(builder.graph).nodes).toEqual(builder.graph.nodes);
  });

  it('keeps a sum whose product is also an output of the graph', async () => {
    const graph = productGraph('MatMul', true);
    const product = graph.nodes[0]?.outputs[0] as string;
    graph.outputs.push({ name: product, type: 'float32', shape: ['batch', COLUMNS] });
    expect(opsOf(quantiseGraph(graph))).toEqual(['DynamicQuantizeMatMul', 'Add', 'Identity']);
    await expect(run(quantiseGraph(graph), input)).resolves.toBeDefined();
  });

  it('stores a matrix that is used twice once', () => {
    const builder = createGraphBuilder();
    builder.input({ name: 'x', type: 'float32', shape: [1, 64] });
    const weight = builder.constant({
      type: 'float32',
      dims: [64, 64],
      data: new Float32Array(4096).fill(1),
    });
    const once = builder.node('MatMul', ['x', weight]);
    builder.output(
      { name: 'y', type: 'float32', shape: [1, 64] },
      builder.node('MatMul', [once, weight]),
    );
    expect(quantiseGraph(builder.graph).initializers.size).toBe(2);
  });

  it('looks rows of a table up in bytes', async () => {
    const builder = createGraphBuilder();
    const places = builder.input({ name: 'places', type: 'int64', shape: ['n'] });
    const random = randomFrom(3);
    const data = Float32Array.from({ length: 128 * 32 }, random);
    const table = builder.constant({ type: 'float32', dims: [128, 32], data });
    builder.output(
      { name: 'y', type: 'float32', shape: ['n', 32] },
      builder.node('Gather', [table, places]),
    );
    const y = await run(quantiseGraph(builder.graph), {
      places: { type: 'int64', shape: [2], data: BigInt64Array.of(127n, 3n) },
    });
    for (const [at, row] of [127, 3].entries()) {
      const cells = data.subarray(row * 32, row * 32 + 32);
      const scale = Math.max(...cells.map(Math.abs)) / 127;
      cells.forEach((cell, i) => {
        expect(Math.abs((y.data[at * 32 + i] as number) - cell)).toBeLessThanOrEqual(scale * 0.501);
      });
    }
  });
});

const config = bertConfig.parse({
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 128,
  vocab_size: 100,
  max_position_embeddings: 16,
});
const encoder = exportBert(config, initialBertWeights(config, 3), 'mean');
const sample: HostTensors = {
  input_ids: {
    type: 'int64',
    shape: [2, 4],
    data: BigInt64Array.of(2n, 9n, 30n, 3n, 2n, 77n, 3n, 0n),
  },
  attention_mask: {
    type: 'int64',
    shape: [2, 4],
    data: BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 1n, 1n, 0n),
  },
};

describe('an encoder in eight bits', () => {
  it('is accepted when its vectors are near, and is much smaller', async () => {
    const result = await quantiseChecked(encoder, [sample], ['pooled'], { threads: 1 });
    expect(result).toMatchObject({ accepted: true, check: { vectors: 2 } });
    expect(result.check.meanCosine).toBeGreaterThan(0.999);
    const bytes = result.accepted ? result.model.byteLength : Number.NaN;
    expect(bytes).toBeLessThan(encodeModel(encoder).byteLength / 2.5);
  });

  it('is refused when rounding changes them', async () => {
    // One weight a thousand times the others of its column leaves those no bits.
    const weights = initialBertWeights(config, 3);
    for (const [name, { shape, data }] of weights)
      if (shape.length === 2 && name.includes('dense'))
        for (let row = 0; row < (shape[0] as number); row++) data[row * (shape[1] as number)] = 500;
    const result = await quantiseChecked(
      exportBert(config, weights, 'mean'),
      [sample],
      ['last_hidden_state'],
      { threads: 1 },
    );
    expect(result).toMatchObject({ accepted: false, reason: expect.stringContaining('0.999') });
  });

  it('is refused without samples', async () => {
    expect(await quantiseChecked(encoder, [], ['pooled'], { threads: 1 })).toMatchObject({
      accepted: false,
      reason: expect.stringContaining('no samples'),
    });
  });
});

describe('an optimised encoder', () => {
  it('computes the same with fewer nodes', async () => {
    const optimised = optimiseGraph(encoder);
    expect(optimised.nodes.length).toBeLessThan(encoder.nodes.length);
    const [before, after] = [
      await run(encoder, sample, 'pooled'),
      await run(optimised, sample, 'pooled'),
    ];
    after.data.forEach((value, i) => {
      expect(value).toBeCloseTo(before.data[i] as number, 4);
    });
  });
});

describe('vectors compared', () => {
  it('have the cosines of their angles', () => {
    const full = [floats([2, 2], [1, 0, 0, 2])];
    const rounded = [floats([2, 2], [3, 0, 1, 1])];
    const { meanCosine, minCosine, vectors } = compareVectors(full, rounded);
    expect(vectors).toBe(2);
    expect(minCosine).toBeCloseTo(Math.SQRT1_2, 6);
    expect(meanCosine).toBeCloseTo((1 + Math.SQRT1_2) / 2, 6);
  });

  it('differ where one of them is zero', () => {
    expect(compareVectors([floats([1, 2], [1, 1])], [floats([1, 2], [0, 0])]).minCosine).toBe(0);
    expect(compareVectors([floats([1, 2], [0, 0])], [floats([1, 2], [0, 0])]).minCosine).toBe(1);
  });
});

function opsOf(graph: OnnxGraph): string[] {
  return graph.nodes.map(({ op }) => op);
}

async function run(graph: OnnxGraph, inputs: HostTensors, output = 'y') {
  const session = await openSession(encodeModel(graph), { threads: 1 });
  const outputs = await session.run(inputs, {}, [output]);
  await session.close();
  return outputs[output] as NonNullable<(typeof outputs)[string]>;
}
