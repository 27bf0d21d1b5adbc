// Greedy answers of 20 tokens for 1,000 customers, and the cache against none on a part of them.
import { openSession } from '../../src/ml/onnx/session.ts';
import type { Decoder } from '../../src/ml/t5/decode/decoder.ts';
import { exportDecoding } from '../../src/ml/t5/decode/export.ts';
import { greedySearch } from '../../src/ml/t5/decode/greedy.ts';
import { createSessionDecoder } from '../../src/ml/t5/decode/session-decoder.ts';
import { median, report } from '../helpers/figures.ts';
import { config, randomPairs, weights } from './model.ts';
import { openUncached } from './uncached.ts';

const CUSTOMERS = 1000;
const TOKENS = 20;
const BATCH = 32;
const options = { threads: 2 };

/** No answer ends before its 20 tokens: the model is random, and its end token has no id. */
const endless = { ...config, endId: -1 };
const sources = randomPairs(CUSTOMERS, 5)
  .map(({ source }) => source)
  .sort((a, b) => a.length - b.length);

const { encoder, decoder } = exportDecoding(config, weights);
const sessions = {
  encoder: await openSession(encoder, options),
  decoder: await openSession(decoder, options),
};
const cached = createSessionDecoder(endless, sessions);
const uncached = { ...(await openUncached(options)), endId: -1 };

/** @returns seconds in all and in the decoder, and all tokens */
async function answer<State>(decoder: Decoder<State>, asked: readonly number[][]) {
  const start = performance.now();
  const tokens: number[] = [];
  let encoding = 0;
  const timed: Decoder<State> = {
    ...decoder,
    async begin(batch) {
      const from = performance.now();
      const begun = await decoder.begin(batch);
      encoding += performance.now() - from;
      return begun;
    },
  };
  for (let from = 0; from < asked.length; from += BATCH) {
    const batch = asked.slice(from, from + BATCH);
    for (const found of await greedySearch(timed, batch, { maxTokens: TOKENS }))
      tokens.push(...found.tokens);
  }
  const all = performance.now() - start;
  return { seconds: all / 1000, decoding: (all - encoding) / 1000, tokens };
}

const all = await answer(cached, sources);
report({
  bench: 't5: greedy decoding, 1,000 customers, 20 tokens each',
  figure: `${all.seconds.toFixed(1)} s (${Math.round(all.tokens.length / all.seconds)} tokens/s)`,
  bar: '< 60 s',
  met: all.seconds < 60,
});

const part = sources.filter((_, i) => i % 15 === 0).slice(0, 2 * BATCH);
const ratios: number[] = [];
const wholes: number[] = [];
for (let round = 0; round < 5; round++) {
  const [fast, slow] = [await answer(cached, part), await answer(uncached, part)];
  if (fast.tokens.join() !== slow.tokens.join()) throw new Error('the cache changes the answers');
  ratios.push(slow.decoding / fast.decoding);
  wholes.push(slow.seconds / fast.seconds);
}
report({
  bench: 't5: decoding with KV cache against none, same answers',
  figure: `${median(ratios).toFixed(1)}x (${median(wholes).toFixed(1)}x with the encoder, which both run once)`,
  bar: '>= 4x',
  met: median(ratios) >= 4,
});
