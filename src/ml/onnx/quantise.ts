import { MICROSOFT, type OnnxGraph, type OnnxNode } from './graph.ts';
import { quantiseColumns, quantiseRows, transposed } from './quantise-values.ts';
import { constantMatrix, constantVector, consumersOf, onlyConsumer, prune } from './rewrite.ts';

/** Smaller matrices cost nothing in fp32: heads with few outputs keep their precision. */
const SMALLEST = 4096;

/**
 * The graph with its constant matrices in eight bits. Products with one become
 * `DynamicQuantizeMatMul`, which rounds its other factor at run time, to unsigned bytes with a scale
 * and a zero point of its own for each call; tables of vectors are stored in bytes and scaled up
 * row by row as they are looked up, which saves space and no time. Everything between stays fp32.
 */
export function quantiseGraph(graph: OnnxGraph): OnnxGraph {
  const consumers = consumersOf(graph);
  const initializers = new Map(graph.initializers);
  const merged = new Set<OnnxNode>();
  const nodes = graph.nodes.flatMap((node) => {
    if (merged.has(node)) return [];
    if (isProduct(node)) return quantisedProduct(graph, node, consumers, initializers, merged);
    if (node.op === 'Gather') return quantisedTable(graph, node, initializers);
    return [node];
  });
  return prune({ ...graph, nodes, initializers });
}

function isProduct({ op, attributes }: OnnxNode): boolean {
  if (op === 'MatMul') return true;
  const { transBatchA = 0, transBatchB = 0, transA = 0 } = attributes;
  return op === 'FusedMatMul' && !transA && !transBatchA && !transBatchB;
}

type Initializers = OnnxGraph['initializers'];

/** x times a constant, and a bias that alone is added to it. */
function quantisedProduct(
  graph: OnnxGraph,
  node: OnnxNode,
  consumers: ReadonlyMap<string, OnnxNode[]>,
  initializers: Initializers,
  merged: Set<OnnxNode>,
): OnnxNode[] {
  const [x, weight] = node.inputs as [string, string];
  const matrix = storedProduct(graph, weight, node, initializers);
  if (!matrix) return [node];
  const { columns, names } = matrix;
  const [product] = node.outputs as [string];
  const add = onlyConsumer(graph, consumers, product);
  const bias = add?.op === 'Add' && add.inputs.find((input) => input !== product);
  const inputs = [x, ...names];
  if (add && bias && constantVector(graph, bias)?.length === columns) {
    merged.add(add);
    return [dynamicProduct([...inputs, '', bias], add.outputs)];
  }
  return [dynamicProduct(inputs, node.outputs)];
}

function dynamicProduct(inputs: string[], outputs: readonly string[]): OnnxNode {
  return { op: 'DynamicQuantizeMatMul', domain: MICROSOFT, inputs, outputs, attributes: {} };
}

/** Stores the right factor (K, N) with a scale a column; matrices used twice are stored once. */
function storedProduct(
  graph: OnnxGraph,
  weight: string,
  { attributes }: OnnxNode,
  initializers: Initializers,
): { columns: number; names: [string, string] } | undefined {
  const matrix = constantMatrix(graph, weight);
  if (!matrix || matrix.data.length < SMALLEST) return undefined;
  const turned = Boolean(attributes.transB);
  const alpha = floatAttribute(attributes.alpha, 1);
  const names: [string, string] = [
    `${weight}.int8.${turned}`,
    `${weight}.scale.${turned}.${alpha}`,
  ];
  const [rows, columns] = turned ? [matrix.columns, matrix.rows] : [matrix.rows, matrix.columns];
  if (!initializers.has(names[1])) {
    const { values, scales } = turned
      ? quantiseRows(matrix.data, columns, rows)
      : quantiseColumns(matrix.data, rows, columns);
    const data = turned ? transposed(values, columns, rows) : values;
    initializers.set(names[0], { type: 'int8', dims: [rows, columns], data });
    const scaled = scales.map((scale) => scale * alpha);
    initializers.set(names[1], { type: 'float32', dims: [columns], data: scaled });
  }
  return { columns, names };
}

function floatAttribute(value: OnnxNode['attributes'][string] | undefined, absent: number): number {
  return typeof value === 'object' && 'float' in value ? value.float : absent;
}

/** Vectors of a table (V, D) by their places: bytes and scales are looked up and multiplied. */
function quantisedTable(graph: OnnxGraph, node: OnnxNode, initializers: Initializers): OnnxNode[] {
  const [table, places] = node.inputs as [string, string];
  const matrix = constantMatrix(graph, table);
  const along = node.attributes.axis ?? 0;
  if (!matrix || matrix.data.length < SMALLEST || along !== 0) return [node];
  const { rows, columns } = matrix;
  const [bytes, scale] = [`${table}.int8`, `${table}.scale`];
  if (!initializers.has(bytes)) {
    const { values, scales } = quantiseRows(matrix.data, rows, columns);
    initializers.set(bytes, { type: 'int8', dims: [rows, columns], data: values });
    initializers.set(scale, { type: 'float32', dims: [rows, 1], data: scales });
  }
  const [output] = node.outputs as [string];
  const of = (op: string, inputs: string[], to: string, attributes = {}): OnnxNode => ({
    ...{ op, domain: '', inputs, attributes },
    outputs: [to],
  });
  return [
    of('Gather', [bytes, places], `${output}.bytes`, { axis: 0 }),
    of('Cast', [`${output}.bytes`], `${output}.floats`, { to: 1 }),
    of('Gather', [scale, places], `${output}.scale`, { axis: 0 }),
    of('Mul', [`${output}.floats`, `${output}.scale`], output),
  ];
}
