import type { HostTensor, HostTensors, OnnxSession } from '../onnx/session.ts';
import { planBatches, TOKEN_BUDGET } from './batches.ts';
import { type RowInputs, tensorsOf } from './inputs.ts';

/** Rows without text are a few numbers each. */
const ROWS_AT_ONCE = 1024;

/** (rows, width), in the order of the rows. */
export interface Computed {
  readonly data: Float32Array;
  readonly width: number;
}

/** Runs a model on rows, in batches of texts of like length, for one of its outputs. */
export async function compute(
  session: OnnxSession,
  inputs: RowInputs,
  pad: number,
  output: string,
): Promise<Computed> {
  const [computed] = await computeAll(session, inputs, pad, [output]);
  return computed as Computed;
}

/**
 * The same for several outputs at once, in their order.
 * @param outputs the first axis of each is the rows'
 */
export async function computeAll(
  session: OnnxSession,
  inputs: RowInputs,
  pad: number,
  outputs: readonly string[],
): Promise<Computed[]> {
  const results: Computed[] = outputs.map(() => ({ data: new Float32Array(0), width: 0 }));
  for (const batch of batchesOf(inputs)) {
    const feeds = usedOf(session, tensorsOf(inputs, batch, pad));
    const found = await session.run(feeds, {}, outputs);
    for (const [i, output] of outputs.entries()) {
      const { shape, data } = found[output] as HostTensor;
      const width = shape.slice(1).reduce((size, axis) => size * axis, 1);
      if (results[i]?.width !== width)
        results[i] = { data: new Float32Array(inputs.size * width), width };
      for (const [at, row] of batch.entries()) {
        const own = (data as Float32Array).subarray(at * width, (at + 1) * width);
        results[i]?.data.set(own, row * width);
      }
    }
  }
  return results;
}

function batchesOf({ size, tokens }: RowInputs): number[][] {
  if (tokens) return planBatches(tokens.map((ids) => ids.length));
  return planBatches(new Int32Array(size).fill(1), Math.min(TOKEN_BUDGET, ROWS_AT_ONCE));
}

/** A model that reads only numbers has no input for categories, and the other way round. */
function usedOf(session: OnnxSession, tensors: HostTensors): HostTensors {
  const used = Object.entries(tensors).filter(([name]) => session.inputNames.includes(name));
  return Object.fromEntries(used);
}
