import { describe, expect, it } from '@jest/globals';
import { fitTagger } from '../../../src/ml/baselines/tagger.ts';

const taught = (text: string, tags: string) => ({ words: text.split(' '), tags: tags.split(' ') });

describe('the majority tagger', () => {
  const tag = fitTagger([
    taught('fly to Rome today', 'O O B-CITY O'),
    taught('fly to Rome again', 'O O B-CITY O'),
    taught('Rome burns', 'B-NAME O'),
    taught('order 66 now', 'O B-CODE O'),
    taught('New York sleeps', 'B-CITY I-CITY O'),
  ]);
  const tagged = (text: string) => tag(text.split(' ')).join(' ');

  it('gives each word the class that it had most often, in any case of letters', () => {
    expect(tagged('ROME order')).toBe('B-CITY O');
  });

  it('puts words of one class in a row together', () => {
    expect(tagged('to New York')).toBe('O B-CITY I-CITY');
  });

  it('tells words that it never saw by ending and shape', () => {
    expect(tagged('order 1234')).toBe('O B-CODE');
    // "Chome" ends like Rome and is written like it.
    expect(tagged('order Chome')).toBe('O B-CITY');
    expect(tagged('§')).toBe('O');
  });

  it('asks the word before where both were seen together often enough', () => {
    const own = fitTagger([
      ...Array.from({ length: 2 }, () => taught('old may', 'O B-MONTH')),
      ...Array.from({ length: 5 }, () => taught('you may', 'O O')),
    ]);
    expect(own(['old', 'may'])).toEqual(['O', 'B-MONTH']);
    expect(own(['we', 'may'])).toEqual(['O', 'O']);
  });
});
