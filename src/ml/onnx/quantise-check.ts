import { meanOf } from '../moments.ts';
import { encodeModel } from './encode.ts';
import type { OnnxGraph } from './graph.ts';
import { quantiseGraph } from './quantise.ts';
import { type HostTensor, type HostTensors, openSession, type SessionOptions } from './session.ts';

/** How near the quantised model's output vectors are to the full one's, over all samples. */
export interface QuantisationCheck {
  readonly meanCosine: number;
  readonly minCosine: number;
  /** Vectors compared. */
  readonly vectors: number;
}

/** A model that may be served in eight bits, or why not. */
export type Quantisation =
  | { readonly accepted: true; readonly model: Uint8Array; readonly check: QuantisationCheck }
  | { readonly accepted: false; readonly reason: string; readonly check: QuantisationCheck };

/** Below it, rounding has changed what the model says. */
const NEAREST = 0.999;

/**
 * Quantises a graph and compares what both compute for sample inputs. Processors without VNNI add
 * up products of bytes in 16 bits, which can overflow: the check tells for the machine it ran on.
 * @param wanted the outputs to compare: the last axis of each is a vector
 */
export async function quantiseChecked(
  graph: OnnxGraph,
  samples: readonly HostTensors[],
  wanted: readonly string[],
  options: SessionOptions,
): Promise<Quantisation> {
  const model = encodeModel(quantiseGraph(graph));
  const full = await outputsOf(encodeModel(graph), samples, wanted, options);
  const rounded = await outputsOf(model, samples, wanted, options);
  const check = compareVectors(full, rounded);
  if (check.meanCosine >= NEAREST) return { accepted: true, model, check };
  const reason =
    check.vectors === 0
      ? 'there are no samples to check the eight-bit model with'
      : `the eight-bit model's outputs have a mean cosine of ${check.meanCosine.toFixed(5)} to the full ones, ${NEAREST} is needed`;
  return { accepted: false, reason, check };
}

async function outputsOf(
  model: Uint8Array,
  samples: readonly HostTensors[],
  wanted: readonly string[],
  options: SessionOptions,
): Promise<HostTensor[]> {
  const session = await openSession(model, options);
  try {
    const outputs: HostTensor[] = [];
    for (const sample of samples) {
      const found = await session.run(sample, {}, wanted);
      outputs.push(...wanted.map((name) => found[name] as HostTensor));
    }
    return outputs;
  } finally {
    await session.close();
  }
}

/** Cosines of vectors along the last axis. */
export function compareVectors(
  full: readonly HostTensor[],
  rounded: readonly HostTensor[],
): QuantisationCheck {
  const cosines = full.flatMap(({ data, shape }, index) => {
    const width = shape.at(-1) ?? 1;
    const other = rounded[index]?.data as Float32Array;
    return Array.from({ length: data.length / width }, (_, row) =>
      cosine(data as Float32Array, other, row * width, width),
    );
  });
  const vectors = cosines.length;
  return { meanCosine: meanOf(cosines), minCosine: vectors ? Math.min(...cosines) : 0, vectors };
}

function cosine(a: Float32Array, b: Float32Array, from: number, width: number): number {
  let [product, sizeA, sizeB] = [0, 0, 0];
  for (let i = from; i < from + width; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    product += x * y;
    sizeA += x * x;
    sizeB += y * y;
  }
  // Two zero vectors are the same; a vector that became zero is not.
  return sizeA === 0 && sizeB === 0 ? 1 : product / (Math.sqrt(sizeA * sizeB) || 1);
}
