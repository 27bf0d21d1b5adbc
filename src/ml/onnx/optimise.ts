import type { OnnxGraph, OnnxNode } from './graph.ts';
import { transposed } from './quantise-values.ts';
import { constantMatrix, prune } from './rewrite.ts';

/**
 * A graph that computes the same with less work: weights are turned round beforehand (4% faster),
 * and what no output needs is gone. ONNX Runtime itself joins GELU with its bias; measured on a CPU,
 * one product for query, key and value gains nothing, and `SkipLayerNormalization` is slower than
 * an addition and a `LayerNormalization`, so that neither is done here.
 */
export function optimiseGraph(graph: OnnxGraph): OnnxGraph {
  return prune(turnWeights(graph));
}

/** Products with a transposed constant become products with the constant turned round. */
function turnWeights(graph: OnnxGraph): OnnxGraph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.map((node) => {
    const { transA, transB, alpha } = node.attributes;
    const plain = node.op === 'FusedMatMul' && !transA && transB === 1 && isOne(alpha);
    const [x, weight] = node.inputs as [string, string];
    const matrix = plain ? constantMatrix(graph, weight) : undefined;
    if (!matrix) return node;
    const { rows, columns, data } = matrix;
    const name = `${weight}.turned`;
    if (!initializers.has(name))
      initializers.set(name, {
        ...{ type: 'float32', dims: [columns, rows] },
        data: transposed(data, rows, columns),
      });
    return { ...node, op: 'MatMul', domain: '', inputs: [x, name], attributes: {} };
  });
  return { ...graph, nodes, initializers };
}

function isOne(alpha: OnnxNode['attributes'][string] | undefined): boolean {
  return (
    alpha === undefined || (typeof alpha === 'object' && 'float' in alpha && alpha.float === 1)
  );
}
