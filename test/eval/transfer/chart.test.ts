import { describe, expect, it } from '@jest/globals';
import { drawChart } from '../../../eval/transfer/chart.ts';

const curve = (name: string, means: number[], half?: number) => ({
  ...{ name, colour: '#123456', faint: false },
  points: means.map((mean) => ({ mean, ...(half !== undefined && { half }) })),
});
const chart = {
  ...{ title: 'a < b & c', metric: 'accuracy', shots: [5, 10, 20] },
  curves: [curve('rising', [0.5, 0.6, 0.8], 0.02), curve('flat', [0.55])],
};

describe('the picture of learning curves', () => {
  const picture = drawChart(chart);
  const places = picture.match(/<polyline points="([^"]+)"/)?.[1]?.split(' ') ?? [];
  const points = places.map((place) => place.split(',').map(Number));

  it('draws each number of labels to the right of the last, and higher where it is better', () => {
    expect(points).toHaveLength(3);
    const [first = [], second = [], third = []] = points as [number[], number[], number[]];
    expect(first[0] as number).toBeLessThan(second[0] as number);
    expect(first[1] as number).toBeGreaterThan(second[1] as number);
    // 0.2 more is twice as high as 0.1 more.
    const rise = ([, from = 0]: number[], [, to = 0]: number[]) => from - to;
    expect(rise(second, third) / rise(first, second)).toBeCloseTo(2, 1);
  });

  it('stays inside the picture and says what it shows', () => {
    for (const [, value] of picture.matchAll(/ (?:x|x1|x2|cx)="([\d.-]+)"/g)) {
      expect(Number(value)).toBeGreaterThanOrEqual(0);
      expect(Number(value)).toBeLessThanOrEqual(720);
    }
    for (const [, value] of picture.matchAll(/ (?:y|y1|y2|cy)="([\d.-]+)"/g)) {
      expect(Number(value)).toBeGreaterThanOrEqual(0);
      expect(Number(value)).toBeLessThanOrEqual(400);
    }
    for (const words of ['rising', 'flat', 'labels a class', 'a &lt; b &amp; c'])
      expect(picture).toContain(`>${words}<`);
  });

  it('draws a bar at its number of labels alone', () => {
    const bars = (shots: number) =>
      drawChart({ ...chart, bar: { shots, least: 0.9 } }).match(/bar 0\.9/g)?.length ?? 0;
    expect(bars(20)).toBe(1);
    expect(bars(50)).toBe(0);
  });
});
