import { describe, expect, it } from '@jest/globals';
import { formatSpan, parseSpan, readSpans } from '../../../src/ml/text/spans.ts';
import { splitWords } from '../../../src/ml/text/words.ts';

const TEXT = 'My Nike-shoes 红色, ok';
const words = (text: string) => splitWords(text).map(({ start, end }) => text.slice(start, end));

describe('words', () => {
  it('are between blanks, each Chinese character and each sign by itself', () => {
    expect(words(TEXT)).toEqual(['My', 'Nike', '-', 'shoes', '红', '色', ',', 'ok']);
    expect(words(' \n')).toEqual([]);
  });
});

describe('spans', () => {
  it('are read from a tag for each word', () => {
    const tags = ['O', 'B-X', 'I-X', 'I-X', 'I-Y', 'B-Y', 'I-X', 'O'];
    const spans = readSpans(tags, TEXT) ?? [];
    expect(spans.map(({ start, end, label }) => [label, TEXT.slice(start, end)])).toEqual([
      ['X', 'Nike-shoes'],
      ['Y', '红'],
      ['Y', '色'],
      ['X', ','],
    ]);
  });

  it('are read from objects, in the order of the text', () => {
    const later = { start: 14, end: 16, label: 'C' };
    const first = { start: 3, end: 7, label: 'B' };
    expect(readSpans([later, first], TEXT)).toEqual([first, later]);
    expect(readSpans([], '')).toEqual([]);
  });

  it.each([
    ['no list', 'B-X'],
    ['a tag too few', ['O']],
    ['no tag', ['O', 'O', 'O', 'O', 'O', 'O', 'O', 'X-Y']],
    [
      'an overlap',
      [
        { start: 0, end: 5, label: 'A' },
        { start: 4, end: 6, label: 'B' },
      ],
    ],
    ['an empty one', [{ start: 2, end: 2, label: 'A' }]],
    ['one outside', [{ start: 0, end: 99, label: 'A' }]],
    ['half a place', [{ start: 0.5, end: 2, label: 'A' }]],
    ['no label', [{ start: 0, end: 2 }]],
    ['null', [null]],
  ])('are not read from %s', (_, value) => {
    expect(readSpans(value, TEXT)).toBeUndefined();
  });

  it('are written as text and read again', () => {
    const span = { start: 3, end: 17, label: 'A:B' };
    expect(parseSpan(formatSpan(span))).toEqual(span);
    expect(parseSpan('3:x:A')).toBeUndefined();
  });
});
