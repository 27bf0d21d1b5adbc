// T5 by nested loops over arrays of numbers, one sequence at a time and without a cache: slow,
// obvious, and sharing nothing with src/ml/t5/model.
import type { T5Config } from '../../../src/ml/t5/config.ts';
import type { Weights } from '../../../src/ml/weights/weights.ts';

type Matrix = number[][];

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const dot = (a: number[], b: number[]) => sum(a.map((value, i) => value * (b[i] as number)));
const add = (a: Matrix, b: Matrix) =>
  a.map((row, i) => row.map((value, j) => value + ((b[i] as number[])[j] as number)));

function matrixOf(weights: Weights, name: string): Matrix {
  const weight = weights.get(name);
  if (!weight) throw new Error(`no weight ${name}`);
  const [rows = 1, columns = 1] = weight.shape;
  return Array.from({ length: rows }, (_, r) =>
    Array.from(weight.data.subarray(r * columns, (r + 1) * columns)),
  );
}

function times(x: Matrix, weights: Weights, name: string): Matrix {
  const matrix = matrixOf(weights, name);
  return x.map((row) => matrix.map((out) => dot(row, out)));
}

function rms(x: Matrix, weights: Weights, name: string, epsilon: number): Matrix {
  const gain = weights.get(name)?.data as Float32Array;
  return x.map((row) => {
    const scale = 1 / Math.sqrt(sum(row.map((v) => v * v)) / row.length + epsilon);
    return row.map((v, i) => v * scale * (gain[i] as number));
  });
}

function softmax(row: number[]): number[] {
  const top = Math.max(...row);
  const exps = row.map((v) => Math.exp(v - top));
  return exps.map((v) => v / sum(exps));
}

function bucket(distance: number, bidirectional: boolean, config: T5Config): number {
  const half = config.buckets / 2;
  const count = bidirectional ? half : config.buckets;
  const base = bidirectional && distance > 0 ? half : 0;
  const n = bidirectional ? Math.abs(distance) : Math.max(0, -distance);
  const exact = count / 2;
  if (n < exact) return base + n;
  const log = Math.log(n / exact) / Math.log(config.maxDistance / exact);
  return base + Math.min(count - 1, exact + Math.floor(log * (count - exact) + 1e-6));
}

interface Attention {
  name: string;
  /** Position biases of this stack, absent in cross-attention. */
  stack?: 'encoder' | 'decoder';
}

function attention(
  config: T5Config,
  weights: Weights,
  { name, stack }: Attention,
  x: Matrix,
  memory: Matrix,
): Matrix {
  const [q, k, v] = ['q', 'k', 'v'].map((part) =>
    times(part === 'q' ? x : memory, weights, `${name}.${part}.weight`),
  ) as [Matrix, Matrix, Matrix];
  const biases =
    stack &&
    matrixOf(weights, `${stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`);
  const joined = q.map((row, i) =>
    Array.from({ length: config.heads }, (_, head) => {
      const part = (r: number[]) => r.slice(head * config.headWidth, (head + 1) * config.headWidth);
      const scores = k.map((key, j) => {
        if (stack === 'decoder' && j > i) return Number.NEGATIVE_INFINITY;
        const at = biases?.[bucket(j - i, stack === 'encoder', config)]?.[head] ?? 0;
        return dot(part(row), part(key)) + at;
      });
      const weightsOfKeys = softmax(scores);
      return Array.from({ length: config.headWidth }, (_, c) =>
        sum(v.map((value, j) => (part(value)[c] as number) * (weightsOfKeys[j] as number))),
      );
    }).flat(),
  );
  return times(joined, weights, `${name}.o.weight`);
}

const gelu = (x: number) =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

function feedForward(config: T5Config, weights: Weights, name: string, x: Matrix): Matrix {
  if (config.feedForward === 'relu') {
    const inner = times(x, weights, `${name}.wi.weight`).map((row) =>
      row.map((v) => Math.max(0, v)),
    );
    return times(inner, weights, `${name}.wo.weight`);
  }
  const gate = times(x, weights, `${name}.wi_0.weight`);
  const value = times(x, weights, `${name}.wi_1.weight`);
  const inner = gate.map((row, i) =>
    row.map((g, j) => gelu(g) * ((value[i] as number[])[j] as number)),
  );
  return times(inner, weights, `${name}.wo.weight`);
}

/** The encoder's states of one source without padding. */
export function oracleEncode(config: T5Config, weights: Weights, source: number[]): Matrix {
  const shared = matrixOf(weights, 'shared.weight');
  let x = source.map((id) => shared[id] as number[]);
  for (let i = 0; i < config.encoderLayers; i++) {
    const p = `encoder.block.${i}.layer`;
    const n = rms(x, weights, `${p}.0.layer_norm.weight`, config.epsilon);
    const self = { name: `${p}.0.SelfAttention`, stack: 'encoder' as const };
    x = add(x, attention(config, weights, self, n, n));
    const m = rms(x, weights, `${p}.1.layer_norm.weight`, config.epsilon);
    x = add(x, feedForward(config, weights, `${p}.1.DenseReluDense`, m));
  }
  return rms(x, weights, 'encoder.final_layer_norm.weight', config.epsilon);
}

/** Scores of every next token, for one source and one decoder input without padding. */
export function oracleLogits(
  config: T5Config,
  weights: Weights,
  source: number[],
  decoderInput: number[],
): Matrix {
  const memory = oracleEncode(config, weights, source);
  const shared = matrixOf(weights, 'shared.weight');
  let y = decoderInput.map((id) => shared[id] as number[]);
  for (let i = 0; i < config.decoderLayers; i++) {
    const p = `decoder.block.${i}.layer`;
    const n = rms(y, weights, `${p}.0.layer_norm.weight`, config.epsilon);
    const self = { name: `${p}.0.SelfAttention`, stack: 'decoder' as const };
    y = add(y, attention(config, weights, self, n, n));
    const c = rms(y, weights, `${p}.1.layer_norm.weight`, config.epsilon);
    y = add(y, attention(config, weights, { name: `${p}.1.EncDecAttention` }, c, memory));
    const m = rms(y, weights, `${p}.2.layer_norm.weight`, config.epsilon);
    y = add(y, feedForward(config, weights, `${p}.2.DenseReluDense`, m));
  }
  const final = rms(y, weights, 'decoder.final_layer_norm.weight', config.epsilon);
  if (!config.tied) return times(final, weights, 'lm_head.weight');
  const scaled = final.map((row) => row.map((v) => v / Math.sqrt(config.width)));
  return times(scaled, weights, 'shared.weight');
}

/** Cross-entropy of a target with its end, averaged over its tokens, with label smoothing. */
export function oracleLoss(
  config: T5Config,
  weights: Weights,
  source: number[],
  target: number[],
  smoothing: number,
): number {
  const logits = oracleLogits(config, weights, source, [config.startId, ...target.slice(0, -1)]);
  const losses = logits.map((row, i) => {
    const logs = softmax(row).map(Math.log);
    const even = sum(logs) / logs.length;
    return -((1 - smoothing) * (logs[target[i] as number] as number) + smoothing * even);
  });
  return sum(losses) / losses.length;
}
