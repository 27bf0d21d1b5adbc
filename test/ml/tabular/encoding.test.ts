import { describe, expect, it } from '@jest/globals';
import { encodeRows } from '../../../src/ml/tabular/encode.ts';
import {
  type FeatureRow,
  type FeatureValue,
  tabularEncoding,
} from '../../../src/ml/tabular/encoding.ts';
import { fitEncoding } from '../../../src/ml/tabular/fit.ts';
import { oneHotColumns, oneHotRows, oneHotWidth } from '../../../src/ml/tabular/one-hot.ts';

const columns = [
  { name: 'age', kind: 'number' as const },
  { name: 'spend', kind: 'number' as const },
  { name: 'city', kind: 'category' as const },
];
const row = (...features: FeatureValue[]): FeatureRow => ({ id: 'r1', features });
const rows = Array.from({ length: 100 }, (_, i) =>
  row(
    20 + (i % 41),
    i % 10 === 0 ? null : Math.exp(i / 10),
    i === 99 ? 'Oulu' : (['Bonn', 'Graz', null][i % 3] ?? null),
  ),
);
const encoding = fitEncoding(columns, rows);

describe('an encoding of features', () => {
  it('standardises numbers by training rows: mean 0, deviation 1', () => {
    const { numbers, numberWidth } = encodeRows(encoding, rows);
    const ages = rows.map((_, i) => numbers[i * numberWidth] as number);
    const mean = ages.reduce((a, b) => a + b, 0) / 100;
    expect(mean).toBeCloseTo(0, 5);
    expect(ages.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 100).toBeCloseTo(1, 5);
  });

  it('takes the logarithm of a heavy tail alone', () => {
    expect(encoding.columns.map((own) => own.kind === 'number' && own.log)).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('marks what is missing, and has an index for missing and for unknown values', () => {
    const { numbers, categories, tableSizes } = encodeRows(encoding, [
      row(null, 1, null),
      row(30, null, 'Bonn'),
      row(30, 1, 'Nowhere'),
      // Seen once in training: too few to learn from.
      row(30, 1, 'Oulu'),
    ]);
    expect([...numbers.subarray(0, 4)].map((v, i) => (i === 1 ? null : v))).toEqual([
      0,
      null,
      1,
      0,
    ]);
    expect([...numbers.subarray(4, 8)].map((v, i) => (i === 0 ? null : v))).toEqual([
      null,
      0,
      0,
      1,
    ]);
    expect([...categories]).toEqual([1, 2, 0, 0]);
    expect(tableSizes).toEqual([4]);
  });

  it('takes true and false as numbers or as categories, and holds far values at 10 deviations', () => {
    const flags = fitEncoding(
      [
        { name: 'n', kind: 'number' },
        { name: 'c', kind: 'category' },
      ],
      [row(true, true), row(false, false), row(true, true), row(false, false)],
    );
    const { numbers, categories } = encodeRows(flags, [row(true, false), row(1e9, null)]);
    expect([numbers[0], numbers[2]]).toEqual([1, 10]);
    expect([...categories]).toEqual([2, 1]);
  });

  it('names row and column of what is not a finite number', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 'high'])
      expect(() => encodeRows(encoding, [row(1, bad, 'Bonn')])).toThrow(
        /Row r1, feature "spend": .* not a finite number/,
      );
    expect(() => fitEncoding(columns, [row(1, Number.NaN, 'a')])).toThrow(
      /Row r1, feature "spend"/,
    );
    expect(() => encodeRows(encoding, [row(1)])).toThrow(
      /has 1 features, the feature service has 3/,
    );
  });

  it('is the same after JSON', () => {
    const again = tabularEncoding.parse(JSON.parse(JSON.stringify(encoding)));
    expect(encodeRows(again, rows)).toEqual(encodeRows(encoding, rows));
  });

  it('does not depend on constant or empty columns being learnable', () => {
    const flat = fitEncoding(
      [
        { name: 'x', kind: 'number' },
        { name: 'y', kind: 'number' },
      ],
      [row(5, null), row(5, null)],
    );
    expect([...encodeRows(flat, [row(5, 3)]).numbers].every(Number.isFinite)).toBe(true);
  });
});

describe('the one-hot form', () => {
  it('says the same as the encoded rows, column by column', () => {
    const names = oneHotColumns(encoding).map(({ feature, value }) => `${feature}:${value ?? ''}`);
    expect(names).toHaveLength(oneHotWidth(encoding));
    const [sparse] = oneHotRows(encoding, [row(30, null, 'Graz')]);
    const said = Object.fromEntries(
      (sparse?.indices ?? []).map((c, i) => [names[c], sparse?.values[i]]),
    );
    const { numbers } = encodeRows(encoding, [row(30, null, 'Graz')]);
    expect(said).toEqual({ 'age:': numbers[0], 'spend:missing': 1, 'city:Graz': 1 });
  });
});
