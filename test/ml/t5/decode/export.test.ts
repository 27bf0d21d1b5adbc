import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSession } from '../../../../src/ml/onnx/session.ts';
import { seededRandom } from '../../../../src/ml/random.ts';
import { beamSearch } from '../../../../src/ml/t5/decode/beam.ts';
import { labelTrie } from '../../../../src/ml/t5/decode/constraint.ts';
import { exportDecoding } from '../../../../src/ml/t5/decode/export.ts';
import { greedySearch } from '../../../../src/ml/t5/decode/greedy.ts';
import { scoreLabels } from '../../../../src/ml/t5/decode/score-labels.ts';
import {
  createSessionDecoder,
  type DecodingSessions,
} from '../../../../src/ml/t5/decode/session-decoder.ts';
import { selectEagerBackend } from '../../../../src/ml/tf.ts';
import { livelyWeights, tinyConfig } from '../helpers.ts';
import { createUncachedDecoder } from './uncached.ts';

const random = seededRandom(4).next;
/** Sources of 1 to 14 tokens, longer than the reach of exact buckets. */
const sources = Array.from({ length: 6 }, (_, i) => [
  ...Array.from({ length: (i * 5) % 14 }, () => 2 + Math.floor(random() * 27)),
  1,
]);
const labels = [
  [3, 4, 1],
  [3, 5, 6, 7, 1],
  [9, 1],
  [3, 4, 4, 1],
];

describe.each(['t5', 'v1.1'] as const)('an exported %s model', (kind) => {
  const config = tinyConfig(kind);
  const weights = livelyWeights(config, 3);
  const eager = createUncachedDecoder(config, weights);
  let sessions: DecodingSessions;
  const exported = () => createSessionDecoder(config, sessions);

  beforeAll(async () => {
    await selectEagerBackend('cpu');
    const { encoder, decoder } = exportDecoding(config, weights);
    sessions = {
      encoder: await openSession(encoder, { threads: 1 }),
      decoder: await openSession(decoder, { threads: 1 }),
    };
  });
  afterAll(() => Promise.all([sessions.encoder.close(), sessions.decoder.close()]));

  it('gives each next token the probability that the eager model gives it', async () => {
    let { state } = await exported().begin(sources);
    let { state: rows } = await eager.begin(sources);
    for (let position = 0; position < 15; position++) {
      const tokens = sources.map((_, i) => (position === 0 ? 0 : (position * 7 + i) % 29));
      const stepped = await exported().step(state, tokens);
      const expected = await eager.step(rows, tokens);
      const far = stepped.logProbs.map((p, i) => Math.abs(p - (expected.logProbs[i] as number)));
      expect(Math.max(...far)).toBeLessThan(1e-3);
      [state, rows] = [stepped.state, expected.state];
    }
  });

  it('answers greedily as the eager model without a cache', async () => {
    const limits = { maxTokens: 10 };
    const [ours, theirs] = [
      await greedySearch(exported(), sources, limits),
      await greedySearch(eager, sources, limits),
    ];
    expect(ours.map(({ tokens }) => tokens)).toEqual(theirs.map(({ tokens }) => tokens));
    // A model that always said the same would prove nothing.
    expect(new Set(ours.map(({ tokens }) => tokens.join())).size).toBeGreaterThan(1);
  });

  it('answers by beams as the eager model without a cache', async () => {
    const options = { maxTokens: 5, width: 3 };
    const [ours, theirs] = [
      await beamSearch(exported(), sources, options),
      await beamSearch(eager, sources, options),
    ];
    const tokens = (found: typeof ours) => found.map((answers) => answers.map((a) => a.tokens));
    expect(tokens(ours)).toEqual(tokens(theirs));
  });

  it('scores labels as the eager model without a cache', async () => {
    const trie = labelTrie(labels);
    const ours = await scoreLabels(exported(), sources, trie, labels.length);
    const theirs = await scoreLabels(eager, sources, trie, labels.length);
    for (const [i, score] of ours.entries()) expect(score).toBeCloseTo(theirs[i] as number, 3);
  });
});
