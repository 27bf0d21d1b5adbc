import {
  type Attribute,
  emptyGraph,
  type OnnxGraph,
  type OnnxTensor,
  type ValueInfo,
} from './graph.ts';

/** Adds nodes to a graph one after the other; values are referred to by name. */
export interface GraphBuilder {
  readonly graph: OnnxGraph;
  /** Appends a node with one output and returns the output's name. */
  node(
    op: string,
    inputs: readonly string[],
    attributes?: Record<string, Attribute>,
    domain?: string,
  ): string;
  /** Appends a node with `outputs` outputs. */
  nodes(
    outputs: number,
    op: string,
    inputs: readonly string[],
    attributes?: Record<string, Attribute>,
    domain?: string,
  ): string[];
  /** A list of integers, as the shape arguments of operators are. */
  int64(values: readonly number[], dims?: readonly number[]): string;
  float(value: number): string;
  constant(tensor: OnnxTensor, name?: string): string;
  input(value: ValueInfo): string;
  /** Names an existing value as an output of the graph. */
  output(value: ValueInfo, from: string): void;
}

/** A builder of an empty graph; equal small constants are stored once. */
export function createGraphBuilder(): GraphBuilder {
  const graph = emptyGraph();
  const known = new Map<string, string>();
  let count = 0;
  const unique = (prefix: string) => `${prefix}_${count++}`;

  const constant = (tensor: OnnxTensor, name = unique('constant')) => {
    graph.initializers.set(name, tensor);
    return name;
  };
  const shared = (key: string, tensor: () => OnnxTensor) => {
    const name = known.get(key) ?? constant(tensor());
    known.set(key, name);
    return name;
  };
  const nodes: GraphBuilder['nodes'] = (outputs, op, inputs, attributes = {}, domain = '') => {
    const names = Array.from({ length: outputs }, () => unique(op));
    graph.nodes.push({ op, domain, inputs, outputs: names, attributes });
    return names;
  };

  return {
    graph,
    nodes,
    constant,
    node: (op, inputs, attributes, domain) => nodes(1, op, inputs, attributes, domain)[0] as string,
    int64: (values, dims = [values.length]) =>
      shared(`int64 ${values} [${dims}]`, () => ({
        type: 'int64',
        dims,
        data: BigInt64Array.from(values, BigInt),
      })),
    float: (value) =>
      shared(`float ${value}`, () => ({ type: 'float32', dims: [], data: Float32Array.of(value) })),
    input(value) {
      graph.inputs.push(value);
      return value.name;
    },
    output(value, from) {
      graph.nodes.push({
        op: 'Identity',
        domain: '',
        inputs: [from],
        outputs: [value.name],
        attributes: {},
      });
      graph.outputs.push(value);
    },
  };
}
