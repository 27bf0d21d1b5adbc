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
const options = { threads: 2, spin: true };

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

/** @returns seconds, and all tokens */
async function answer<State>(decoder: Decoder<State>, asked: readonly number[][]) {
  const start = performance.now();
  const tokens: number[] = [];
  for (let from = 0; from < asked.length; from += BATCH) {
    const batch = asked.slice(from, from + BATCH);
    for (const found of await greedySearch(decoder, batch, { maxTokens: TOKENS }))
      tokens.push(...found.tokens);
  }
  return { seconds: (performance.now() - start) / 1000, tokens };
}

const all = await answer(cached, sources);
report({
  bench: 't5: greedy decoding, 1,000 customers, 20 tokens each',
  figure: `${all.seconds.toFixed(1)} s (${Math.round(all.tokens.length / all.seconds)} tokens/s)`,
  bar: '< 60 s',
  met: all.seconds < 60,
});

const part = sources.filter((_, i) => i % 8 === 0);
const ratios: number[] = [];
for (let round = 0; round < 3; round++) {
  const [fast, slow] = [await answer(cached, part), await answer(uncached, part)];
  if (fast.tokens.join() !== slow.tokens.join()) throw new Error('the cache changes the answers');
  ratios.push(slow.seconds / fast.seconds);
}
report({
  bench: 't5: KV cache against none, same answers',
  figure: `${median(ratios).toFixed(1)}x`,
  bar: '>= 4x',
  met: median(ratios) >= 4,
});
