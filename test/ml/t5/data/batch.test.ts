import { describe, expect, it } from '@jest/globals';
import { paddedLength, seq2seqBatch } from '../../../../src/ml/t5/data/batch.ts';

const ids = { padId: 0, startId: 9 };
const list = (data: ArrayLike<unknown> | undefined) => Array.from(data ?? []).map(Number);

describe('a training batch', () => {
  const pairs = [
    { source: [5, 6, 1], target: [7, 8, 1] },
    { source: [2, 3, 4, 5, 6, 1], target: [4, 1] },
  ];

  it('shifts targets right behind the start token and does not count padding', () => {
    const batch = seq2seqBatch(pairs, { rows: 3, source: 6, target: 4 }, ids);
    expect(batch.decoderInput?.shape).toEqual([3, 4]);
    expect(list(batch.decoderInput?.data)).toEqual([9, 7, 8, 0, 9, 4, 0, 0, 0, 0, 0, 0]);
    expect(list(batch.labels?.data)).toEqual([7, 8, 1, 0, 4, 1, 0, 0, 0, 0, 0, 0]);
    expect(list(batch.labelWeights?.data)).toEqual([1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
    expect(list(batch.source?.data).slice(0, 6)).toEqual([5, 6, 1, 0, 0, 0]);
    expect(list(batch.sourceMask?.data).slice(0, 6)).toEqual([1, 1, 1, 0, 0, 0]);
  });

  it('cuts what is too long and keeps its end token', () => {
    const batch = seq2seqBatch(pairs, { rows: 2, source: 4, target: 2 }, ids);
    expect(list(batch.source?.data)).toEqual([5, 6, 1, 0, 2, 3, 4, 1]);
    expect(list(batch.labels?.data)).toEqual([7, 1, 4, 1]);
  });

  it('counts each pair by its weight', () => {
    const batch = seq2seqBatch(pairs, { rows: 2, source: 6, target: 3 }, ids, [0.5, 2]);
    expect(list(batch.labelWeights?.data)).toEqual([0.5, 0.5, 0.5, 2, 2, 0]);
  });

  it('pads to multiples, so that few graphs serve all lengths', () => {
    expect(paddedLength([[1], [1, 2, 3, 4, 5]], 4, 64)).toBe(8);
    expect(paddedLength([[]], 4, 64)).toBe(4);
    expect(paddedLength([new Array(90).fill(0)], 16, 64)).toBe(64);
  });
});
