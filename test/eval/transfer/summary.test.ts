import { describe, expect, it } from '@jest/globals';
import { beatenBy, meanAt, transferBars } from '../../../eval/transfer/summary.ts';

const record = (arm: string, shots: number, seed: number, score: number) => ({
  ...{ arm, shots, seed, score, accuracy: score, byTask: [score], seconds: 1 },
});

const records = [
  record('source only', 0, 1, 0.6),
  ...[record('target only', 5, 1, 0.5), record('target only', 5, 2, 0.6)],
  ...[record('transfer', 5, 1, 0.7), record('transfer', 5, 2, 0.5)],
  record('target only', 10, 1, 0.8),
  record('transfer', 10, 1, 0.75),
];

describe('the bars of transfer', () => {
  it('compares with the better of both parts', () => {
    expect(meanAt(records, 'transfer', 5)?.mean).toBeCloseTo(0.6, 12);
    expect(meanAt(records, 'transfer', 100)).toBeUndefined();
    const [few, more] = beatenBy(records, 'transfer', [5, 10, 20]);
    expect(few).toMatchObject({ shots: 5, rival: 0.6 });
    expect(more).toEqual({ shots: 10, arm: 'transfer', transfer: 0.75, rival: 0.8 });
  });

  it('counts a pair only where transfer wins at every number of labels', () => {
    const winner = records.map((own) => (own.arm === 'transfer' ? { ...own, score: 0.9 } : own));
    const [won] = transferBars(
      [winner, winner, winner, records].map((own) => ({ records: own })),
      [5, 10],
    );
    expect(won).toMatchObject({ figure: '3 of 4 pairs (6 of 8 places)', met: true });
    // What has not been run at all its places has not won.
    const [part] = transferBars([{ records: winner }], [5, 10, 20]);
    expect(part).toMatchObject({ figure: '0 of 1 pairs (2 of 2 places)', met: false });
  });
});
