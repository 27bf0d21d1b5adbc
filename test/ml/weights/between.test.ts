import { describe, expect, it } from '@jest/globals';
import { between } from '../../../src/ml/weights/between.ts';
import type { Weights } from '../../../src/ml/weights/weights.ts';

const weights = (values: Readonly<Record<string, readonly number[]>>): Weights =>
  new Map(
    Object.entries(values).map(([name, own]) => [
      name,
      { shape: [own.length], data: Float32Array.from(own) },
    ]),
  );

describe('weights between two models', () => {
  const base = weights({ a: [0, 4], b: [1] });
  const tuned = weights({ a: [2, 0], b: [3] });

  it('are a share of the way from one to the other', () => {
    expect(between(base, tuned, 0)).toEqual(base);
    expect(between(base, tuned, 1)).toEqual(tuned);
    expect(between(base, tuned, 0.25)).toEqual(weights({ a: [0.5, 3], b: [1.5] }));
  });

  it('leave both as they are', () => {
    between(base, tuned, 0.5).get('a')?.data.fill(9);
    expect(base).toEqual(weights({ a: [0, 4], b: [1] }));
    expect(tuned).toEqual(weights({ a: [2, 0], b: [3] }));
  });

  it('take whole what the first has none of, such as adapters', () => {
    const adapted = new Map([...tuned, ...weights({ adapter: [7] })]);
    expect(between(base, adapted, 0.5).get('adapter')).toEqual(adapted.get('adapter'));
  });

  it('need models of one shape', () => {
    expect(() => between(base, weights({ a: [1, 2, 3], b: [1] }), 0.5)).toThrow(
      'The weight "a" is [3], the model\'s config needs [2].',
    );
    expect(() => between(base, weights({ a: [1, 2] }), 0.5)).toThrow('The weight "b" is missing');
  });
});
