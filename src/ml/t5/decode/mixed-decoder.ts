import type { Decoder } from './decoder.ts';

/**
 * Models that answer as one: the logarithms of their probabilities count alike (a product of experts,
 * Hinton 2002, section 1). A sequence's is the mean of what each gives it, up to no constant: labels
 * rank as by the sum over the models.
 * @param decoders of one vocabulary, at least one
 */
export function mixedDecoder<State>(
  decoders: readonly [Decoder<State>, ...Decoder<State>[]],
): Decoder<readonly State[]> {
  const [{ vocabulary, startId, endId }] = decoders;
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
        logProbs: meanOf(stepped.map(({ logProbs }) => logProbs)),
      };
    },
    select: (states, rows) =>
      decoders.map((decoder, i) => decoder.select(states[i] as State, rows)),
  };
}

/** One after the other: each has all threads. */
async function inTurn<In, Out>(
  all: readonly In[],
  one: (each: In, place: number) => Promise<Out>,
): Promise<Out[]> {
  const done: Out[] = [];
  for (const [place, each] of all.entries()) done.push(await one(each, place));
  return done;
}

function meanOf(parts: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0), ...others] = parts;
  if (others.length === 0) return first;
  return first.map((value, i) => {
    const sum = others.reduce((total, part) => total + (part[i] as number), value);
    return sum / parts.length;
  });
}
