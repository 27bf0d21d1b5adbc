import { describe, expect, it } from '@jest/globals';
import { demoWorld, labelsOf } from './demo.ts';
import { naiveBayesAccuracy } from './naive-bayes.ts';

const texts = demoWorld().events.flatMap((event) =>
  event.text === undefined ? [] : [{ ...event, text: event.text }],
);

function isChinese(text: string): boolean {
  return /\p{Script=Han}/u.test(text);
}

function examples(task: string, language: 'zh' | 'en') {
  const labels = new Map(labelsOf(task).map(({ messageId, value }) => [messageId, String(value)]));
  return texts.flatMap(({ messageId, text }) => {
    const label = labels.get(messageId);
    return label !== undefined && isChinese(text) === (language === 'zh') ? [{ text, label }] : [];
  });
}

describe('texts', () => {
  it('are nearly all different', () => {
    expect(new Set(texts.map(({ text }) => text)).size / texts.length).toBeGreaterThan(0.9);
  });

  it('are in two languages, half and half, in both domains', () => {
    for (const domain of ['retail', 'finance']) {
      const own = texts.filter((event) => event.domain === domain);
      const share = own.filter(({ text }) => isChinese(text)).length / own.length;
      expect(share).toBeGreaterThan(0.35);
      expect(share).toBeLessThan(0.65);
    }
  });

  it('have every slot filled and no markup left', () => {
    expect(texts.filter(({ text }) => /[{}|]|undefined/.test(text))).toEqual([]);
  });

  it('are long-tailed in length', () => {
    const lengths = texts.map(({ text }) => text.length).sort((a, b) => a - b);
    const at = (quantile: number) => lengths[Math.floor(quantile * lengths.length)] ?? 0;
    expect(at(0.99)).toBeGreaterThan(4 * at(0.5));
    expect(at(0.5)).toBeGreaterThan(3 * at(0.02));
  });

  it('now and then give away invented addresses and numbers', () => {
    const share =
      texts.filter(({ text }) => /@example\.(com|org|net)|555 ?\d|\+86 100/.test(text)).length /
      texts.length;
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.1);
  });

  it('get stars that follow the mood', () => {
    const moods = new Map(labelsOf('sentiment').map(({ messageId, value }) => [messageId, value]));
    const mean = (mood: string) => {
      const stars = texts.filter(
        ({ messageId, type }) => type === 'review' && moods.get(messageId) === mood,
      );
      return (
        stars.reduce((sum, { properties }) => sum + Number(properties.rating), 0) / stars.length
      );
    };
    expect(mean('positive')).toBeGreaterThan(mean('neutral') + 1);
    expect(mean('neutral')).toBeGreaterThan(mean('negative') + 1);
  });

  it.each(['en', 'zh'] as const)(
    'let a bag of words learn the sentiment, not perfectly (%s)',
    (language) => {
      const accuracy = naiveBayesAccuracy(examples('sentiment', language));
      expect(accuracy).toBeGreaterThan(0.75);
      expect(accuracy).toBeLessThan(0.98);
    },
  );

  it.each(['en', 'zh'] as const)(
    'let a bag of words learn the intent, not perfectly (%s)',
    (language) => {
      const accuracy = naiveBayesAccuracy(examples('intent', language));
      expect(accuracy).toBeGreaterThan(0.75);
      expect(accuracy).toBeLessThan(0.99);
    },
  );
});
