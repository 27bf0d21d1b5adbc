import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type HostTensor,
  type HostTensors,
  openSession,
  type SessionOptions,
} from '../../src/ml/onnx/session.ts';
import { relativeBucket } from '../../src/ml/t5/buckets.ts';
import { sizeOf } from '../../src/ml/weights/weights.ts';
import { writtenBy } from '../helpers/prototype.ts';
import { config } from './model.ts';

/** Writes the hand-written training graph and its parameters' shapes. */
const WRITE = `
const [module, folder] = process.argv.slice(1);
const { t5graph, t5shapes, T5S } = await import(module);
const { writeFileSync } = await import('node:fs');
writeFileSync(folder + '/graph.onnx', t5graph(T5S).bytes);
writeFileSync(folder + '/shapes.json', JSON.stringify(t5shapes(T5S)));
`;

/**
 * The prototype's hand-written graph of loss and gradients, without clipping and optimiser, in this
 * process's ONNX Runtime.
 * @param folder where the prototype is installed
 * @returns what runs it once; undefined where there is no prototype
 */
export async function openPrototype(
  folder: string | undefined,
  batch: HostTensors,
  options: SessionOptions,
): Promise<(() => Promise<unknown>) | undefined> {
  const module = join(folder ?? '', 'lib/t5.mjs');
  if (!folder || !existsSync(module)) return undefined;
  const { graph, shapes } = writeGraph(module);
  const session = await openSession(graph, options);
  const parameters = Object.entries(shapes).map(([name, shape]) => [name, filled(shape)] as const);
  const inputs = { ...Object.fromEntries(parameters), ...inputsOf(batch) };
  const into = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [`d.${name}`, filled(shape)]),
  );
  return () => session.run(inputs, into);
}

const writeGraph = (module: string) =>
  writtenBy(WRITE, module, (folder) => ({
    graph: readFileSync(join(folder, 'graph.onnx')),
    shapes: JSON.parse(readFileSync(join(folder, 'shapes.json'), 'utf8')) as Record<
      string,
      number[]
    >,
  }));

/** The same small value everywhere: what is computed does not change how long it takes. */
function filled(shape: readonly number[]): HostTensor {
  const data = new Float32Array(sizeOf(shape)).fill(shape.length > 1 ? 0.01 : 1);
  return { type: 'float32', shape, data };
}

function inputsOf(batch: HostTensors): HostTensors {
  const [sources = 0, targets = 0] = [batch.source?.shape[1], batch.labels?.shape[1]];
  const wide = (name: string): HostTensor => {
    const { data, shape } = batch[name] as HostTensor;
    return { type: 'int64', shape, data: BigInt64Array.from(data as Int32Array, BigInt) };
  };
  return {
    src: wide('source'),
    smask: batch.sourceMask as HostTensor,
    dec: wide('decoderInput'),
    lab: wide('labels'),
    lmask: batch.labelWeights as HostTensor,
    eb_ids: bucketTable(sources, true),
    db_ids: bucketTable(targets, false),
    causal: filled([1, 1, targets, targets]),
  };
}

function bucketTable(length: number, bidirectional: boolean): HostTensor {
  const data = BigInt64Array.from({ length: length ** 2 }, (_, i) =>
    BigInt(relativeBucket((i % length) - Math.floor(i / length), bidirectional, config)),
  );
  return { type: 'int64', shape: [length, length], data };
}
