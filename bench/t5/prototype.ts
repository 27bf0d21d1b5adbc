import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type HostTensor,
  type HostTensors,
  openSession,
  type SessionOptions,
} from '../../src/ml/onnx/session.ts';
import { relativeBucket } from '../../src/ml/t5/buckets.ts';
import { config } from './model.ts';

/** Writes the hand-written training graph and its parameters' shapes; it has a TensorFlow.js of its own. */
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

function writeGraph(module: string): { graph: Uint8Array; shapes: Record<string, number[]> } {
  const folder = mkdtempSync(join(tmpdir(), 'cameo-prototype-'));
  try {
    const script = ['--input-type=module', '-e', WRITE, pathToFileURL(module).href, folder];
    execFileSync(process.execPath, script, { stdio: ['ignore', 'ignore', 'inherit'] });
    const shapes = JSON.parse(readFileSync(join(folder, 'shapes.json'), 'utf8'));
    return { graph: readFileSync(join(folder, 'graph.onnx')), shapes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same small value everywhere: what is computed does not change how long it takes. */
function filled(shape: readonly number[]): HostTensor {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { type: 'float32', shape, data: new Float32Array(size).fill(shape.length > 1 ? 0.01 : 1) };
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
