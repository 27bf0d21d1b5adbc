import type { OnnxGraph, OnnxNode, OnnxTensor } from './graph.ts';

/** The nodes that read each value, once for each time they read it. */
export function consumersOf(graph: OnnxGraph): Map<string, OnnxNode[]> {
  const consumers = new Map<string, OnnxNode[]>();
  for (const node of graph.nodes)
    for (const input of node.inputs) consumers.set(input, [...(consumers.get(input) ?? []), node]);
  return consumers;
}

/** The node that alone reads `value`, where the graph's caller does not read it too. */
export function onlyConsumer(
  graph: OnnxGraph,
  consumers: ReadonlyMap<string, OnnxNode[]>,
  value: string,
): OnnxNode | undefined {
  const [node, ...others] = consumers.get(value) ?? [];
  const isOutput = graph.outputs.some(({ name }) => name === value);
  return others.length === 0 && !isOutput ? node : undefined;
}

/** Without the nodes and constants that no output depends on. */
export function prune(graph: OnnxGraph): OnnxGraph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: OnnxNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) needed.add(input);
  }
  const initializers = [...graph.initializers].filter(([name]) => needed.has(name));
  return { ...graph, nodes: nodes.reverse(), initializers: new Map(initializers) };
}

/** A float constant of the graph as a matrix; undefined for anything else. */
export function constantMatrix(
  graph: OnnxGraph,
  name: string | undefined,
): { rows: number; columns: number; data: Float32Array } | undefined {
  const tensor = graph.initializers.get(name ?? '');
  if (tensor?.type !== 'float32' || tensor.dims.length !== 2) return undefined;
  const [rows, columns] = tensor.dims as [number, number];
  return { rows, columns, data: floatsOf(tensor) };
}

/** A float constant of one axis; undefined for anything else. */
export function constantVector(
  graph: OnnxGraph,
  name: string | undefined,
): Float32Array | undefined {
  const tensor = graph.initializers.get(name ?? '');
  return tensor?.type === 'float32' && tensor.dims.length === 1 ? floatsOf(tensor) : undefined;
}

function floatsOf({ data }: OnnxTensor): Float32Array {
  return new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
}
