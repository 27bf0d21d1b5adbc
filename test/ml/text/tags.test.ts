import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Span, spansOfTags } from '../../../src/ml/text/spans.ts';
import { tagsOfLabels, tagsOfSpans } from '../../../src/ml/text/tags.ts';
import { splitWords } from '../../../src/ml/text/words.ts';

describe('tags of spans', () => {
  it('are one a word, Han characters and signs by themselves', () => {
    const text = 'Send it to New York, 上海也行.';
    const spans = [
      { start: 11, end: 19, label: 'CITY' },
      { start: 21, end: 23, label: 'CITY' },
    ];
    expect(tagsOfSpans(text, spans).join(' ')).toBe('O O O B-CITY I-CITY O B-CITY I-CITY O O O');
    expect(spansOfTags(tagsOfSpans(text, spans), text)).toEqual(spans);
  });

  it('cover a word that a span covers in part', () => {
    expect(tagsOfSpans('refunds now', [{ start: 0, end: 6, label: 'ASK' }])).toEqual([
      'B-ASK',
      'O',
    ]);
  });

  it('give whole words back, whatever they are', () => {
    const text = 'a bc 好坏 d. e 快!fg';
    const words = splitWords(text);
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: words.length }), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, fc.array(fc.constantFrom('X', 'Y'), { minLength: 4 }), (places, labels) => {
        const sorted = places.toSorted((a, b) => a - b);
        // From one cut to the next but one: spans of whole words that do not overlap.
        const spans = sorted.flatMap((from, i): Span[] => {
          const to = sorted[i + 1];
          if (i % 2 === 1 || to === undefined) return [];
          const [first, last] = [words[from], words[to - 1]];
          if (!first || !last) return [];
          return [{ start: first.start, end: last.end, label: labels[(i / 2) % 4] as string }];
        });
        expect(spansOfTags(tagsOfSpans(text, spans), text)).toEqual(spans);
      }),
    );
  });

  it('come from a set: outside, begin and inside of each label', () => {
    expect(tagsOfLabels(['A', 'B'])).toEqual(['O', 'B-A', 'I-A', 'B-B', 'I-B']);
  });
});
