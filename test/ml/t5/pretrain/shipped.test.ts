import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSession } from '../../../../src/ml/onnx/session.ts';
import { exportDecoding } from '../../../../src/ml/t5/decode/export.ts';
import { greedySearch } from '../../../../src/ml/t5/decode/greedy.ts';
import {
  createSessionDecoder,
  type DecodingSessions,
} from '../../../../src/ml/t5/decode/session-decoder.ts';
import { probabilitiesOf } from '../../../../src/ml/t5/run/answers.ts';
import { loadT5Base, type T5Base } from '../../../../src/ml/t5/run/base.ts';
import { createTextTask } from '../../../../src/ml/t5/run/text-task.ts';

const folder = fileURLToPath(new URL('../../../../models/base-t5', import.meta.url));

describe('the shipped base T5', () => {
  let base: T5Base;
  let sessions: DecodingSessions;
  beforeAll(async () => {
    base = await loadT5Base(folder);
    const { encoder, decoder } = exportDecoding(base.config, base.weights);
    sessions = {
      encoder: await openSession(encoder, { threads: 1 }),
      decoder: await openSession(decoder, { threads: 1 }),
    };
  });
  afterAll(() => Promise.all([sessions.encoder.close(), sessions.decoder.close()]));

  const taskOf = (name: string, language: 'zh' | 'en', labels: readonly string[]) =>
    createTextTask(base.tokenizer, {
      ...{ name, language, labels, several: false, maxLength: 64, maxTokens: 8 },
    });

  it('takes less than 25 MB', async () => {
    const sizes = (await readdir(folder)).map(
      async (file) => (await stat(join(folder, file))).size,
    );
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThan(25_000_000);
  });

  it('has finite weights and a tokenizer with sentinels', () => {
    for (const { data } of base.weights.values()) expect(data.every(Number.isFinite)).toBe(true);
    expect(base.tokenizer.special.sentinels).toHaveLength(100);
    expect(base.tokenizer.vocabularySize).toBe(base.config.vocabulary);
  });

  it.each([
    ['en', ['negative', 'positive'], 'Awful, it broke after one day and nobody answers.', 0],
    ['en', ['negative', 'positive'], 'I love this dress, great quality and a perfect fit!', 1],
    ['zh', ['负面', '正面'], '质量太差了，用了一天就坏了，客服也不理人。', 0],
    ['zh', ['负面', '正面'], '非常满意，物流很快，质量很好，下次还会再买。', 1],
  ] as const)(
    'knows what a review in %s means, of %j: %s',
    async (language, labels, text, truth) => {
      const task = taskOf('sentiment', language, labels);
      const [row = []] = await probabilitiesOf(createSessionDecoder(base.config, sessions), task, [
        task.source(text),
      ]);
      expect(row[truth]).toBeGreaterThan(0.5);
    },
  );

  it('says freely what a question is about', async () => {
    const task = taskOf('intent', 'en', []);
    const decoder = createSessionDecoder(base.config, sessions);
    const source = task.source('How can I cancel my order?');
    const [answer] = await greedySearch(decoder, [source], { maxTokens: 8 });
    expect(task.read(answer?.tokens ?? [])).toBe('order cancel');
  });
});
