import { describe, expect, it } from '@jest/globals';
import type { Baseline, BaselineTask } from '../../../src/ml/baselines/baseline.ts';
import { boostedBaseline } from '../../../src/ml/baselines/boosted-baseline.ts';
import { loadBaseline } from '../../../src/ml/baselines/load.ts';
import { tableBaseline } from '../../../src/ml/baselines/table-baseline.ts';
import { textBaseline } from '../../../src/ml/baselines/text-baseline.ts';
import { seededRandom } from '../../../src/ml/random.ts';
import type { TrainingRow } from '../../../src/ml/run/spec.ts';

const columns = [
  { name: 'recency', kind: 'number' as const },
  { name: 'spend', kind: 'number' as const },
  { name: 'channel', kind: 'category' as const },
];

/** Customers who leave when they have long been away, unless they come by the shop. */
function customers(count: number, seed: number): TrainingRow[] {
  const random = seededRandom(seed).next;
  return Array.from({ length: count }, (_, i) => {
    const [recency, spend] = [random() * 100, random() < 0.1 ? null : random() * 50];
    const channel = random() < 0.5 ? 'shop' : 'web';
    const leaves = recency > 60 && channel === 'web';
    return {
      id: `r${i}`,
      group: `r${i}`,
      at: '2026-01-01T00:00:00Z',
      features: [recency, spend, channel],
      label: leaves ? 'leaves' : 'stays',
    };
  });
}

/** Texts in two languages about delivery, quality, both or neither. */
function texts(count: number, seed: number): TrainingRow[] {
  const random = seededRandom(seed).next;
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] as string;
  return Array.from({ length: count }, (_, i) => {
    const [late, broken] = [random() < 0.5, random() < 0.5];
    const parts = [
      pick(['the shop', '这家店', 'my order', '我的订单']),
      late ? pick(['arrived late', '物流太慢']) : pick(['came at once', '物流很快']),
      broken ? pick(['and broke', '坏了']) : pick(['and works', '很好用']),
    ];
    return {
      id: `t${i}`,
      group: `t${i}`,
      at: '2026-01-01T00:00:00Z',
      text: parts.join(' '),
      label: [...(late ? ['late'] : []), ...(broken ? ['broken'] : [])],
    };
  });
}

const one = (rows: TrainingRow[]) =>
  rows.map((row) => ({
    ...row,
    label: (row.label as string[]).includes('late') ? 'late' : 'fine',
  }));
const spent = (rows: TrainingRow[]) =>
  rows.map((row) => ({ ...row, label: 1000 + 3 * Number(row.features?.[0]) }));

const leaving: BaselineTask = { kind: 'CLASSIFY', labels: ['stays', 'leaves'], features: columns };
const amount: BaselineTask = { kind: 'REGRESS', labels: [], features: columns };
const lateness: BaselineTask = { kind: 'CLASSIFY', labels: ['fine', 'late'], features: [] };
const topics: BaselineTask = { kind: 'MULTI_LABEL', labels: ['late', 'broken'], features: [] };
const channels: BaselineTask = {
  kind: 'MULTI_LABEL',
  labels: ['web', 'far'],
  features: columns,
};
const tagged = (rows: TrainingRow[]) =>
  rows.map((row) => ({
    ...row,
    label: [
      ...(row.features?.[2] === 'web' ? ['web'] : []),
      ...(Number(row.features?.[0]) > 50 ? ['far'] : []),
    ],
  }));

/** Share of labels that are on the right side of a half. */
function rightShare(task: BaselineTask, predictions: number[][], rows: readonly TrainingRow[]) {
  const right = rows.flatMap((row, i) =>
    task.labels.map((label, c) => {
      const there = Array.isArray(row.label) ? row.label.includes(label) : row.label === label;
      return (predictions[i]?.[c] ?? 0) >= 0.5 === there ? 1 : 0;
    }),
  );
  return right.reduce<number>((a, b) => a + b, 0) / right.length;
}

describe.each<[string, Baseline, BaselineTask, TrainingRow[], TrainingRow[]]>([
  ['text, two classes', textBaseline, lateness, one(texts(300, 1)), one(texts(100, 2))],
  ['text, several labels', textBaseline, topics, texts(300, 1), texts(100, 2)],
  ['table, boosted, two classes', boostedBaseline(), leaving, customers(600, 1), customers(200, 2)],
  [
    'table, boosted in bags with a forest',
    boostedBaseline({ bags: 2, forest: true }),
    leaving,
    customers(600, 1),
    customers(200, 2),
  ],
  [
    'table, boosted, several labels',
    boostedBaseline(),
    channels,
    tagged(customers(600, 1)),
    tagged(customers(200, 2)),
  ],
  [
    'table, linear, several labels',
    tableBaseline,
    channels,
    tagged(customers(600, 1)),
    tagged(customers(200, 2)),
  ],
])('a baseline for %s', (_, baseline, task, train, test) => {
  it('learns what decides the label, and predicts the same after saving and loading', async () => {
    const model = await baseline.fit(task, train);
    const predictions = model.predict(test);
    expect(rightShare(task, predictions, test)).toBeGreaterThan(0.93);
    const again = await loadBaseline(model.save());
    expect(again.predict(test)).toEqual(predictions);
    again.dispose();
    model.dispose();
  });
});

describe.each([tableBaseline, boostedBaseline({ bags: 2, forest: false })])(
  'a baseline for values: $name',
  (baseline) => {
    it('predicts in the unit of the target', async () => {
      const model = await baseline.fit(amount, spent(customers(600, 1)), {
        validation: spent(customers(100, 3)),
      });
      const test = spent(customers(50, 2));
      for (const [i, row] of test.entries())
        expect(Math.abs((model.predict(test)[i]?.[0] ?? 0) - row.label)).toBeLessThan(15);
      model.dispose();
    });
  },
);

describe('reasons of linear baselines', () => {
  it('sum with the bias to the score exactly', async () => {
    const model = await tableBaseline.fit(leaving, customers(600, 1));
    const [row] = customers(1, 9) as [TrainingRow];
    const reasons = model.explain?.(row, 1, 100) ?? [];
    const { bias } = (JSON.parse(model.save()) as { model: { bias: string } }).model;
    const [own = 0] = new Float32Array(new Uint8Array(Buffer.from(bias, 'base64')).buffer);
    const score = reasons.reduce((sum, { contribution }) => sum + contribution, own);
    expect(1 / (1 + Math.exp(-score))).toBeCloseTo(model.predict([row])[0]?.[1] ?? 0, 6);
    expect(reasons[0]?.input).toMatch(/recency|channel/);
    const opposite = model.explain?.(row, 0, 1)[0];
    expect(opposite?.contribution).toBeCloseTo(-(reasons[0]?.contribution ?? 0), 6);
  });

  it('name the words of a text that matter', async () => {
    const model = await textBaseline.fit(lateness, one(texts(300, 1)));
    const [row] = one(texts(1, 4)) as [TrainingRow];
    const reasons = model.explain?.({ ...row, text: 'my order arrived late' }, 1, 3) ?? [];
    expect(reasons.map(({ input }) => input).join(' ')).toMatch(/late|arrived/);
  });
});

describe('bad rows', () => {
  it.each([
    [
      'a label outside the set',
      textBaseline,
      lateness,
      { text: 'a', label: 'red' },
      /"red" is not of the task's set/,
    ],
    ['no label', textBaseline, lateness, { text: 'a', label: null }, /needs one label/],
    [
      'a target that is no number',
      tableBaseline,
      amount,
      { features: [1, 2, 'a'], label: Number.NaN },
      /NaN is not a finite number/,
    ],
    [
      'a feature that is no number',
      tableBaseline,
      leaving,
      { features: [Number.NaN, 2, 'a'], label: 'stays' },
      /Row bad, feature "recency"/,
    ],
    [
      'an endless feature',
      boostedBaseline(),
      leaving,
      { features: [1, Number.POSITIVE_INFINITY, 'a'], label: 'stays' },
      /Row bad, feature "spend"/,
    ],
    [
      'too few features',
      boostedBaseline(),
      leaving,
      { features: [1], label: 'stays' },
      /has 1 features/,
    ],
  ])('are refused: %s', async (_, baseline, task, row, message) => {
    const bad = { id: 'bad', group: 'bad', at: '2026-01-01T00:00:00Z', ...row } as TrainingRow;
    await expect(baseline.fit(task, [bad])).rejects.toThrow(message);
  });

  it("are refused by trees with the library's reason when there is one class only", async () => {
    const rows = customers(200, 1).filter((row) => row.label === 'stays');
    await expect(boostedBaseline().fit(leaving, rows)).rejects.toThrow(
      /Decision trees cannot learn/,
    );
  });

  it('of a saved file: not JSON, and another file', async () => {
    await expect(loadBaseline('{"na')).rejects.toThrow(/not JSON/);
    await expect(loadBaseline('{"name":"linear"}')).rejects.toThrow(/Not a saved baseline/);
  });
});
