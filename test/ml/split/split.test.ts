import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TrainingRow } from '../../../src/ml/run/spec.ts';
import { dataHash } from '../../../src/ml/split/data-hash.ts';
import { stratifiedFolds, timeFolds } from '../../../src/ml/split/folds.ts';
import { sampleShots } from '../../../src/ml/split/shots.ts';
import { splitByGroup, splitByTime } from '../../../src/ml/split/split.ts';
import { whyInsufficient } from '../../../src/ml/split/sufficiency.ts';

const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString();

const rowsOf = (least: number) =>
  fc.array(fc.record({ group: fc.nat(30), day: fc.nat(300), label: fc.nat(2) }), {
    minLength: least,
    maxLength: 80,
  });
const toRows = (cases: { group: number; day: number; label: number }[]): TrainingRow[] =>
  cases.map((own, i) => ({
    id: `r${i}`,
    group: `g${own.group}`,
    at: day(own.day),
    label: `l${own.label}`,
  }));
const groupsOf = (rows: TrainingRow[], places: readonly number[]) =>
  new Set(places.map((i) => rows[i]?.group));

describe.each([
  ['by time', (rows: TrainingRow[]) => splitByTime(rows)],
  ['by group', (rows: TrainingRow[]) => splitByGroup(rows, 7)],
])('a split %s', (_, split) => {
  it('has every row once, and no group on two sides', () => {
    fc.assert(
      fc.property(rowsOf(1), (cases) => {
        const rows = toRows(cases);
        const { train, validation, test } = split(rows);
        expect([...train, ...validation, ...test].sort((a, b) => a - b)).toEqual(
          rows.map((__, i) => i),
        );
        const sides = [train, validation, test].map((own) => groupsOf(rows, own));
        const total = sides.reduce((sum, own) => sum + own.size, 0);
        expect(total).toBe(new Set(rows.map(({ group }) => group)).size);
      }),
    );
  });

  it('is the same for the same rows, and near 6:2:2', () => {
    const rows = toRows(
      Array.from({ length: 3000 }, (_, i) => ({ group: i, day: i % 300, label: 0 })),
    );
    const { train, validation, test } = split(rows);
    expect(split(rows)).toEqual({ train, validation, test });
    expect(train.length / 3000).toBeCloseTo(0.6, 1);
    expect(validation.length / 3000).toBeCloseTo(0.2, 1);
    expect(test.length / 3000).toBeCloseTo(0.2, 1);
  });
});

describe('a split by time', () => {
  it('learns from nothing later than the last row of any group that it is judged on', () => {
    fc.assert(
      fc.property(rowsOf(1), (cases) => {
        const rows = toRows(cases);
        const { train, validation, test } = splitByTime(rows);
        const latest = (places: readonly number[]) =>
          places
            .map((i) => rows[i]?.at ?? '')
            .sort()
            .at(-1) ?? '';
        for (const later of [validation, test])
          for (const group of groupsOf(rows, later)) {
            const own = rows.flatMap((row, i) => (row.group === group ? i : []));
            expect(latest(own) >= latest(train)).toBe(true);
          }
      }),
    );
  });

  it('names the row whose time cannot be read', () => {
    expect(() => splitByTime([{ group: 'a', at: 'yesterday' }])).toThrow(/Row 0: "yesterday"/);
  });
});

describe('a split by group', () => {
  it('keeps a group on its side when others come', () => {
    const some = toRows(Array.from({ length: 50 }, (_, i) => ({ group: i, day: 0, label: 0 })));
    const more = [
      ...some,
      ...toRows(Array.from({ length: 50 }, (_, i) => ({ group: 100 + i, day: 0, label: 0 }))),
    ];
    const before = splitByGroup(some, 1).test;
    expect(splitByGroup(more, 1).test.filter((i) => i < 50)).toEqual(before);
    expect(splitByGroup(some, 2).test).not.toEqual(before);
  });
});

describe('stratified folds', () => {
  it('cover every row once, never split a group, and mix labels alike', () => {
    const rows = toRows(
      Array.from({ length: 300 }, (_, i) => ({ group: i, day: 0, label: i % 10 === 0 ? 1 : 0 })),
    );
    const folds = stratifiedFolds(rows, 5, 3);
    expect(folds.flatMap(({ validation }) => validation).sort((a, b) => a - b)).toEqual(
      rows.map((_, i) => i),
    );
    for (const { train, validation } of folds) {
      expect(train.length + validation.length).toBe(300);
      expect(validation.filter((i) => rows[i]?.label === 'l1').length).toBe(6);
    }
  });

  it('never have a group on both sides', () => {
    fc.assert(
      fc.property(rowsOf(10), (cases) => {
        const rows = toRows(cases);
        fc.pre(
          groupsOf(
            rows,
            rows.map((_, i) => i),
          ).size >= 3,
        );
        for (const { train, validation } of stratifiedFolds(rows, 3, 1)) {
          const held = groupsOf(rows, validation);
          expect(train.some((i) => held.has(rows[i]?.group))).toBe(false);
        }
      }),
    );
  });

  it('are refused when there are fewer groups than folds', () => {
    const rows = toRows([{ group: 1, day: 1, label: 0 }]);
    expect(() => stratifiedFolds(rows, 2, 1)).toThrow(/as many groups; there are 1/);
  });
});

describe('folds by time', () => {
  it('learn from the past only, of other groups, from more rows each time', () => {
    fc.assert(
      fc.property(rowsOf(8), (cases) => {
        const rows = toRows(cases);
        for (const { train, validation } of timeFolds(rows, 3)) {
          const first = validation.map((i) => rows[i]?.at ?? '').sort()[0] ?? '';
          const held = groupsOf(rows, validation);
          for (const i of train) {
            expect((rows[i]?.at ?? '') <= first).toBe(true);
            expect(held.has(rows[i]?.group)).toBe(false);
          }
        }
      }),
    );
  });
});

describe('shots', () => {
  it('draw so many labelled rows a class, all where there are fewer, by seed', () => {
    const rows = toRows(
      Array.from({ length: 90 }, (_, i) => ({ group: i, day: 0, label: i < 3 ? 2 : i % 2 })),
    );
    const unlabelled = [...rows, { ...rows[0], label: null } as TrainingRow];
    const taken = sampleShots(unlabelled, 5, 1);
    const count = (label: string) => taken.filter((i) => unlabelled[i]?.label === label).length;
    expect([count('l0'), count('l1'), count('l2'), taken.length]).toEqual([5, 5, 3, 13]);
    expect(sampleShots(unlabelled, 5, 1)).toEqual(taken);
    expect(sampleShots(unlabelled, 5, 2)).not.toEqual(taken);
  });
});

describe('the data hash', () => {
  const rows = toRows([
    { group: 1, day: 1, label: 0 },
    { group: 2, day: 2, label: 1 },
  ]);
  const split = { train: [0], validation: [], test: [1] };

  it('does not mind the order of keys, and minds values, sides and order of rows', () => {
    const [a, b] = rows as [TrainingRow, TrainingRow];
    const hash = dataHash(rows, split);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(dataHash([{ label: a.label, at: a.at, group: a.group, id: a.id }, b], split)).toBe(hash);
    for (const other of [
      dataHash([{ ...a, text: 'x' }, b], split),
      dataHash(rows, { ...split, train: [], validation: [0] }),
      dataHash([b, a], split),
    ])
      expect(other).not.toBe(hash);
  });
});

describe('sufficiency', () => {
  const labelled = (counts: Record<string, number>) =>
    Object.entries(counts).flatMap(([label, n]) => Array.from({ length: n }, () => ({ label })));
  const classify = { kind: 'CLASSIFY' as const, labels: ['a', 'b', 'c'] };

  it.each<[string, string | null, Record<string, number>, number | undefined]>([
    ['enough', null, { a: 100, b: 100, c: 250 }, undefined],
    ['a small class', '"b" has 99', { a: 100, b: 99, c: 100 }, undefined],
    ['a class that never occurs', '"c" has 0', { a: 100, b: 100 }, undefined],
    ['one class only', 'All labelled rows (500) are of the class "a"', { a: 500 }, undefined],
    ['nothing', 'No row has a label', {}, undefined],
    ['enough for the shots asked', null, { a: 5, b: 5, c: 9 }, 5],
    [
      'too few for the shots asked',
      'needs 5 labelled rows, but "b" has 4',
      { a: 5, b: 4, c: 9 },
      5,
    ],
  ])('of classes: %s', (_, reason, counts, shots) => {
    const said = whyInsufficient(classify, labelled(counts), shots);
    if (reason === null) expect(said).toBeNull();
    else expect(said).toContain(reason);
  });

  it('of several labels: one that all rows have cannot be learnt', () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({ label: i % 2 ? ['a', 'b'] : ['a'] }));
    expect(whyInsufficient({ kind: 'MULTI_LABEL', labels: ['a', 'b'] }, rows)).toMatch(
      /All 200 labelled rows have "a"/,
    );
  });

  it('of values: too few, and all the same', () => {
    const values = (n: number, of: (i: number) => number) =>
      Array.from({ length: n }, (_, i) => ({ label: of(i) }));
    const regress = { kind: 'REGRESS' as const, labels: [] };
    expect(
      whyInsufficient(
        regress,
        values(99, (i) => i),
      ),
    ).toMatch(/99 rows with a value/);
    expect(
      whyInsufficient(
        regress,
        values(100, () => 3),
      ),
    ).toMatch(/are 3: there is nothing/);
    expect(
      whyInsufficient(
        regress,
        values(100, (i) => i),
      ),
    ).toBeNull();
  });
});
