import { describe, expect, it } from '@jest/globals';
import { writeFromBigrams } from '../../../src/ml/pretrain/text/bigrams.ts';
import { cleanLines, maskPersonal } from '../../../src/ml/pretrain/text/clean.ts';
import { tasks } from '../../../src/ml/pretrain/text/sample.ts';
import { writeSamples } from '../../../src/ml/pretrain/text/write.ts';

describe('generated customer texts', () => {
  const samples = [...writeSamples(11, 8_000)];

  it('are the same for the same seed, others for another', () => {
    expect([...writeSamples(11, 50)]).toEqual(samples.slice(0, 50));
    expect([...writeSamples(12, 50)]).not.toEqual(samples.slice(0, 50));
  });

  it('leave no slot, choice or mark of the grammar behind', () => {
    for (const { text } of samples) expect(text).not.toMatch(/[{}|[\]]|\(|\)|zh:/);
  });

  it('are Chinese or English as they say, half and half', () => {
    const chinese = samples.filter(({ language }) => language === 'zh');
    expect(chinese.length / samples.length).toBeGreaterThan(0.4);
    expect(chinese.length / samples.length).toBeLessThan(0.6);
    const english = samples.filter(({ language }) => language === 'en');
    expect(english.filter(({ text }) => /\p{sc=Han}/u.test(text))).toEqual([]);
    expect(chinese.every(({ text }) => /\p{sc=Han}/u.test(text))).toBe(true);
  });

  it('rarely repeat, and have every label of each task', () => {
    const distinct = new Set(samples.map(({ text }) => text)).size;
    expect(distinct / samples.length).toBeGreaterThan(0.9);
    const labels = (task: string) =>
      new Set(samples.filter((sample) => sample.task === task).map(({ label }) => label));
    expect(tasks.map((task) => labels(task).size)).toEqual([106, 3, 18]);
  });

  it('praise where they are positive and complain where they are negative', () => {
    const share = (label: string, words: RegExp) => {
      const all = samples.filter((s) => s.task === 'sentiment' && s.label === label);
      return all.filter(({ text }) => words.test(text)).length / all.length;
    };
    const praise = /推荐|满意|喜欢|love|great|happy/;
    const blame = /差|失望|垃圾|terrible|disappointed|waste/;
    expect(share('positive', praise)).toBeGreaterThan(2 * share('negative', praise));
    expect(share('negative', blame)).toBeGreaterThan(2 * share('positive', blame));
  });
});

describe('cleaning', () => {
  it('masks addresses and long numbers, and keeps amounts', () => {
    expect(
      maskPersonal('write to jo.doe@mail.example or see https://x.example/a?b for 250 euros'),
    ).toBe('write to email or see link for 250 euros');
    expect(maskPersonal('call +44 7700 900 123 now')).toBe('call 000 now');
  });

  it('leaves out repeats in any case or punctuation, also across sources', () => {
    const seen = new Set<string>();
    expect([...cleanLines(['The card is lost.', 'the card is LOST!'], seen)]).toEqual([
      'The card is lost.',
    ]);
    expect([...cleanLines(['The card, is lost'], seen)]).toEqual([]);
  });

  it('keeps prose in both languages and leaves out code, tables and crumbs', () => {
    const lines = ['银行卡丢了怎么办', 'a b', 'if (x) { return y; }', '12 | 14 | 99', 'ok'];
    expect([...cleanLines(lines, new Set())]).toEqual(['银行卡丢了怎么办']);
  });

  it('cuts a long paragraph between sentences', () => {
    const sentences = Array.from(
      { length: 60 },
      (_, i) => `This is sentence ${'abcdefgh'[i % 8]}${'klmnopqr'[i >> 3]} of them.`,
    );
    const pieces = [...cleanLines([sentences.join(' ')], new Set())];
    expect(pieces.join(' ')).toBe(sentences.join(' '));
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(600);
  });
});

describe('sentences of a bigram model', () => {
  const lines = [
    '\\2-gram',
    '\\item 1 质量 2 很 count 90',
    '\\item 2 很 3 好 count 60',
    '\\item 2 很 4 差 count 30',
    'not a bigram',
  ];

  it('follow words only with words that follow them, the frequent ones more often', () => {
    const sentences = [...writeFromBigrams(lines, 1, 4_000)];
    expect(new Set(sentences)).toEqual(new Set(['质量很好', '质量很差', '很好', '很差']));
    const good = sentences.filter((sentence) => sentence.endsWith('好')).length;
    // 60 : 30, each to the power 3/4.
    expect(good / sentences.length).toBeCloseTo(60 ** 0.75 / (60 ** 0.75 + 30 ** 0.75), 1);
  });

  it('are none without bigrams', () => {
    expect([...writeFromBigrams(['\\1-gram'], 1, 100)]).toEqual([]);
  });
});
