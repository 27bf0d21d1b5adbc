import { inTurn } from '../../in-turn.ts';
import type { Decoder } from './decoder.ts';

/** A model that answers with others, and how much it counts. */
export interface MixedMember<State> {
  readonly decoder: Decoder<State>;
  readonly weight: number;
}

/**
 * Models that answer as one: a token's log-probability, and so a sequence's, is the weighted mean of those
 * that each gives it (a logarithmic opinion pool, Genest & Zidek 1986; not scaled to sum to 1).
 * @param members of one vocabulary, at least one
 */
export function mixedDecoder<State>(
  members: readonly [MixedMember<State>, ...MixedMember<State>[]],
): Decoder<readonly State[]> {
  const [{ decoder }] = members;
  const { vocabulary, startId, endId } = decoder;
  const decoders = members.map((member) => member.decoder);
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const shares = members.map(({ weight }) => weight / total);
  return {
    ...{ vocabulary, startId, endId },
    async begin(sources) {
      const begun = await inTurn(decoders, (decoder) => decoder.begin(sources));
      return { state: begun.map(({ state }) => state) };
    },
    async step(states, tokens) {
      const stepped = await inTurn(decoders, (decoder, i) =>
        decoder.step(states[i] as State, tokens),
      );
      return {
        state: stepped.map(({ state }) => state),
        logProbs: meanOf(
          stepped.map(({ logProbs }) => logProbs),
          shares,
        ),
      };
    },
    select: (states, rows) =>
      decoders.map((decoder, i) => decoder.select(states[i] as State, rows)),
  };
}

function meanOf(parts: readonly Float32Array[], shares: readonly number[]): Float32Array {
  const [first = new Float32Array(0), ...others] = parts;
  if (others.length === 0) return first;
  const mean = first.map((value) => (shares[0] as number) * value);
  for (const [i, part] of others.entries()) {
    const share = shares[i + 1] as number;
    for (let at = 0; at < mean.length; at++)
      mean[at] = (mean[at] as number) + share * (part[at] as number);
  }
  return mean;
}
