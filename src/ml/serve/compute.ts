import type { HostTensor, HostTensors, OnnxSession } from '../onnx/session.ts';
import { planBatches, TOKEN_BUDGET } from './batches.ts';
import { type RowInputs, tensorsOf } from './inputs.ts';

/** Rows without text are a few numbers each. */
const ROWS_AT_ONCE = 1024;

/**
 * Runs a model on rows, in batches of texts of like length.
 * @param output its first axis is the rows'
 * @returns (rows, width), in the order of the rows
 */
export async function compute(
  session: OnnxSession,
  inputs: RowInputs,
  pad: number,
  output: string,
): Promise<{ data: Float32Array; width: number }> {
  let result: { data: Float32Array; width: number } | undefined;
  for (const batch of batchesOf(inputs)) {
    const feeds = usedOf(session, tensorsOf(inputs, batch, pad));
    const { shape, data } = (await session.run(feeds, {}, [output]))[output] as HostTensor;
    const width = shape.slice(1).reduce((size, axis) => size * axis, 1);
    result ??= { data: new Float32Array(inputs.size * width), width };
    for (const [at, row] of batch.entries())
      result.data.set((data as Float32Array).subarray(at * width, (at + 1) * width), row * width);
  }
  return result ?? { data: new Float32Array(0), width: 0 };
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
