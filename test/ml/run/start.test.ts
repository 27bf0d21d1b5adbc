import { describe, expect, it } from '@jest/globals';
import { bertWeights } from '../../../src/ml/bert/parameters.ts';
import { loadBase } from '../../../src/ml/run/base.ts';
import { loadStart } from '../../../src/ml/run/start.ts';
import { keepRuns } from '../../helpers/training-runs.ts';

const runs = keepRuns();

describe('the start of a run', () => {
  it('is the base, or so many of its layers: a smaller model of the same width', async () => {
    const base = await loadBase(runs.base);
    expect((await loadStart(runs.base, {})).config).toEqual(base.config);
    const one = await loadStart(runs.base, { layers: 1 });
    expect(one.config.num_hidden_layers).toBe(1);
    // All that such a config needs is there, and nothing else.
    expect(bertWeights(one.config, one.encoder)).toEqual(one.encoder);
    const query = 'encoder.layer.0.attention.self.query.weight';
    expect(one.encoder.get(query)).toEqual(base.encoder.get(query));
    await expect(loadStart(runs.base, { layers: 3 })).rejects.toThrow(/the base has 2/);
  });
});
