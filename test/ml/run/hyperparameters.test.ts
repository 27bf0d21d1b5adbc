import { describe, expect, it } from '@jest/globals';
import { parseHyperparameters } from '../../../src/ml/run/hyperparameters.ts';

const reason = (overrides: Record<string, unknown>) => {
  try {
    parseHyperparameters(overrides);
  } catch (error) {
    return (error as Error).message;
  }
};

describe('hyper-parameters', () => {
  it('have defaults, and overrides in their place', () => {
    const own = parseHyperparameters({ epochs: 2, augment: { spanSwap: 0.1 } });
    expect(own).toMatchObject({
      epochs: 2,
      batchSize: 32,
      augment: { tokenDropout: 0, spanSwap: 0.1 },
    });
  });

  it.each([
    ['learning_rate', '"learning_rate" is not one of them; did you mean "learningRate"?'],
    ['epoch', 'did you mean "epochs"?'],
    ['Dropout', 'did you mean "dropout"?'],
    ['warmUp', 'did you mean "warmup"?'],
  ])('refuse the unknown name %s and name the nearest', (name, expected) => {
    expect(reason({ [name]: 1 })).toContain(expected);
  });

  it('refuse values by the name of their field, all at once', () => {
    const message = reason({ epochs: 0, dropout: 2, lora: { rank: 1.5, alpha: 8 } });
    for (const field of ['"epochs"', '"dropout"', '"lora.rank"']) expect(message).toContain(field);
  });

  it('refuse a search for a value that its field does not take', () => {
    expect(reason({ search: { learningRate: [1e-4, -1] } })).toContain('"learningRate"');
    expect(reason({ search: { learningrate: [1e-4] } })).toContain('did you mean "learningRate"?');
  });
});
