import { openSession } from '../../onnx/session.ts';
import type { Weights } from '../../weights/weights.ts';
import type { T5Config } from '../config.ts';
import type { Decoder } from '../decode/decoder.ts';
import { type DecodingGraphs, exportDecoding } from '../decode/export.ts';
import { type CachedState, createSessionDecoder } from '../decode/session-decoder.ts';

/** Lets a model answer that is in memory; its sessions are closed afterwards. */
export async function withDecoder<T>(
  config: T5Config,
  graphs: DecodingGraphs,
  threads: number,
  use: (decoder: Decoder<CachedState>) => Promise<T>,
): Promise<T> {
  const encoder = await openSession(graphs.encoder, { threads });
  const decoder = await openSession(graphs.decoder, { threads });
  try {
    return await use(createSessionDecoder(config, { encoder, decoder }));
  } finally {
    await encoder.close();
    await decoder.close();
  }
}

/** The same of weights that are not exported yet. */
export const withWeights = <T>(
  config: T5Config,
  weights: Weights,
  threads: number,
  use: (decoder: Decoder<CachedState>) => Promise<T>,
): Promise<T> => withDecoder(config, exportDecoding(config, weights), threads, use);
