import { createGraphBuilder } from '../onnx/builder.ts';
import { encodeModel } from '../onnx/encode.ts';

/**
 * The search as an ONNX model. With unit vectors a dot product is the cosine similarity:
 * `queries` (B, D) and `rows` (N, D) give (B, N), of which each query's best `count` are kept.
 * One file serves every N and B; Gemm reads `rows` as they lie in memory.
 */
export function similarityModel(dimensions: number): Uint8Array {
  const builder = createGraphBuilder();
  const queries = builder.input({
    name: 'queries',
    type: 'float32',
    shape: ['batch', dimensions],
  });
  const rows = builder.input({ name: 'rows', type: 'float32', shape: ['rows', dimensions] });
  const count = builder.input({ name: 'count', type: 'int64', shape: [1] });
  const scores = builder.node('Gemm', [queries, rows], { transB: 1 });
  const [values = '', indices = ''] = builder.nodes(2, 'TopK', [scores, count], { axis: -1 });
  builder.output({ name: 'scores', type: 'float32', shape: ['batch', 'count'] }, values);
  builder.output({ name: 'positions', type: 'int64', shape: ['batch', 'count'] }, indices);
  return encodeModel(builder.graph);
}
