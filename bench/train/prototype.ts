import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostTensor, openSession, type SessionOptions } from '../../src/ml/onnx/session.ts';
import { writtenBy } from '../helpers/prototype.ts';
import { batchOf, LENGTH, ROWS, weights } from './model.ts';

const WRITE = `
const [module, folder] = process.argv.slice(1);
const { bertTrainGraph } = await import(module);
const { writeFileSync } = await import('node:fs');
const model = { layers: 4, hidden: 256, heads: 4, ffn: 1024, vocab: 8000, maxPos: 128, types: 2, labels: 4 };
writeFileSync(folder + '/graph.onnx', bertTrainGraph(model).bytes);
`;

/**
 * A step of the prototype: its hand-written graph of loss and gradients in this process's ONNX
 * Runtime, then clipping and AdamW in JavaScript, as it does.
 * @returns undefined where there is no prototype
 */
export async function openPrototype(
  folder: string | undefined,
  options: SessionOptions,
): Promise<(() => Promise<void>) | undefined> {
  const module = join(folder ?? '', 'lib/ortgrad.mjs');
  if (!folder || !existsSync(module)) return undefined;
  const session = await openSession(writeGraph(module), options);
  const parameters = [...weights].map(([name, { shape, data }]) => {
    const empty = () => new Float32Array(data.length);
    return { name, shape, data: data.slice(), gradient: empty(), mean: empty(), square: empty() };
  });
  const tensors = (prefix: string, field: 'data' | 'gradient') =>
    Object.fromEntries(
      parameters.map((own): [string, HostTensor] => [
        prefix + own.name,
        { type: 'float32', shape: own.shape, data: own[field] },
      ]),
    );
  const inputs = { ...tensors('', 'data'), ...batch() };
  const into = tensors('d.', 'gradient');
  return async () => {
    await session.run(inputs, into);
    let sum = 0;
    for (const { gradient } of parameters)
      for (let i = 0; i < gradient.length; i++) sum += (gradient[i] as number) ** 2;
    const clip = Math.min(1, 1 / (Math.sqrt(sum) + 1e-6));
    for (const own of parameters) update(own, clip);
  };
}

interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly gradient: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

function update({ shape, data, gradient, mean, square }: Parameter, clip: number): void {
  const kept = shape.length > 1 ? 1 - 1e-6 : 1;
  for (let i = 0; i < data.length; i++) {
    const slope = (gradient[i] as number) * clip;
    const m = 0.9 * (mean[i] as number) + 0.1 * slope;
    const v = 0.999 * (square[i] as number) + 0.001 * slope * slope;
    mean[i] = m;
    square[i] = v;
    data[i] = (data[i] as number) * kept - (1e-4 * m) / (Math.sqrt(v) + 1e-8);
  }
}

function batch(): Record<string, HostTensor> {
  const { ids, mask, labels } = batchOf(1);
  const hot = new Float32Array(ROWS * 4);
  labels?.data.forEach((label: number | bigint, row: number) => {
    hot[row * 4 + Number(label)] = 1;
  });
  const wide = (values: Iterable<number>) => BigInt64Array.from(values, BigInt);
  const shape = [ROWS, LENGTH];
  return {
    ids: { type: 'int64', shape, data: wide(ids?.data as Int32Array) },
    mask: { type: 'float32', shape, data: Float32Array.from(mask?.data as Int32Array) },
    pos_ids: { type: 'int64', shape: [LENGTH], data: wide(Array(LENGTH).keys()) },
    y1h: { type: 'float32', shape: [ROWS, 4], data: hot },
  };
}

const writeGraph = (module: string) =>
  writtenBy(WRITE, module, (folder) => readFileSync(join(folder, 'graph.onnx')));
