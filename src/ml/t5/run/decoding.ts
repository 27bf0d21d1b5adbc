import { openSession } from '../../onnx/session.ts';
import type { Weights } from '../../weights/weights.ts';
import type { T5Config } from '../config.ts';
import type { Decoder } from '../decode/decoder.ts';
import { exportDecoding } from '../decode/export.ts';
import { type MixedMember, mixedDecoder } from '../decode/mixed-decoder.ts';
import { type CachedState, createSessionDecoder } from '../decode/session-decoder.ts';

/** One of a version's models: its two graphs (`DecodingGraphs`), and how much what it says counts. */
export interface Member<Graph> {
  readonly encoder: Graph;
  readonly decoder: Graph;
  readonly weight: number;
}

/** The models of a version: its own, and those that answer with it; graphs in memory or as paths. */
export type Members<Graph = Uint8Array | string> = readonly [Member<Graph>, ...Member<Graph>[]];

export interface OpenDecoder {
  readonly decoder: Decoder<readonly CachedState[]>;
  close(): Promise<void>;
}

/** Loads a version's models, which answer as one. */
export async function openDecoder(
  config: T5Config,
  members: Members,
  threads: number,
): Promise<OpenDecoder> {
  const opened: OpenMember[] = [];
  const close = async () => {
    for (const member of opened) await member.close();
  };
  try {
    for (const member of members) opened.push(await openMember(config, member, threads));
  } catch (error) {
    await close();
    throw error;
  }
  return { decoder: mixedDecoder(opened as [OpenMember, ...OpenMember[]]), close };
}

interface OpenMember extends MixedMember<CachedState> {
  close(): Promise<void>;
}

async function openMember(
  config: T5Config,
  graphs: Members[number],
  threads: number,
): Promise<OpenMember> {
  const encoder = await openSession(graphs.encoder, { threads });
  const decoder = await openSession(graphs.decoder, { threads });
  return {
    weight: graphs.weight,
    decoder: createSessionDecoder(config, { encoder, decoder }),
    close: async () => {
      await encoder.close();
      await decoder.close();
    },
  };
}

/** Lets models answer that are in memory; their sessions are closed afterwards. */
export async function withDecoder<T>(
  config: T5Config,
  members: Members,
  threads: number,
  use: (decoder: OpenDecoder['decoder']) => Promise<T>,
): Promise<T> {
  const { decoder, close } = await openDecoder(config, members, threads);
  try {
    return await use(decoder);
  } finally {
    await close();
  }
}

/** The same of weights that are not exported yet. */
export const withWeights = <T>(
  config: T5Config,
  weights: Weights,
  threads: number,
  use: (decoder: OpenDecoder['decoder']) => Promise<T>,
): Promise<T> =>
  withDecoder(config, [{ ...exportDecoding(config, weights), weight: 1 }], threads, use);
