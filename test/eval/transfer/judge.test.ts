import { describe, expect, it } from '@jest/globals';
import { judgeScores, mixed } from '../../../eval/transfer/judge.ts';

const row = (label: string) => ({ id: '', group: '', at: '', text: '', label });
const task = (...labels: string[]) => ({ name: 'own', labels });

describe('judging an arm', () => {
  it('takes the mean of its tasks, each by the likeliest label', () => {
    const tasks = [task('a', 'b', 'c'), task('x', 'y')];
    const rows = [[row('a'), row('c')], [row('y')]];
    const scores = [
      [
        [-1, -2, -3],
        [-1, -2, -3],
      ],
      [[-5, -1]],
    ];
    const judged = judgeScores({ tasks, metric: 'accuracy' }, rows, scores);
    expect(judged).toEqual({ score: 0.75, accuracy: 0.75, byTask: [0.5, 1] });
  });

  it('gives the share of pairs in the right order as the area', () => {
    const rows = [[row('no'), row('yes'), row('no'), row('yes')]];
    // Margins 1, 2, 3, 4: three of the four pairs of a yes and a no are in order.
    const scores = [[1, 2, 3, 4].map((margin) => [0, margin])];
    const judged = judgeScores({ tasks: [task('no', 'yes')], metric: 'rocAuc' }, rows, scores);
    expect(judged.score).toBeCloseTo(0.75, 12);
    expect(judged.accuracy).toBe(0.5);
  });

  it('mixes models by the weighted product of their probabilities, whatever the scores add up to', () => {
    const [[[first = 0, second = 0] = []] = []] = mixed([
      { scores: [[[Math.log(0.8), Math.log(0.2)]]], weight: 1 },
      { scores: [[[Math.log(0.3) + 7, Math.log(0.7) + 7]]], weight: 2 },
    ]);
    expect(first - second).toBeCloseTo(Math.log((0.8 * 0.3 ** 2) / (0.2 * 0.7 ** 2)), 12);
    expect(first).toBeCloseTo(Math.log(0.8 * 0.3 ** 2), 12);
  });
});
