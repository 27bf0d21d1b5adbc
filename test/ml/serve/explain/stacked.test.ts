import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { placedTerms } from '../../../../src/ml/baselines/placed-terms.ts';
import { termsOf } from '../../../../src/ml/baselines/terms.ts';
import { textBaseline } from '../../../../src/ml/baselines/text-baseline.ts';
import { openServedModel } from '../../../../src/ml/serve/served-model.ts';
import {
  servedRow,
  tinyClassifier,
  tinyManifest,
  writeModelFolder,
} from '../../../helpers/served-models.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const texts = ['good box', 'very bad refund', 'the boxes late', 'late late 快递', '好快递'];
const { labels } = tinyManifest.task;
const rows = Array.from({ length: 60 }, (_, i) => ({
  ...servedRow(`${i}`, { text: `${texts[i % 5]} ${texts[(i * 7) % 3]}` }),
  label: labels[i % 3] as string,
}));

const learnt = (kind: 'CLASSIFY' | 'MULTI_LABEL', own: readonly string[]) =>
  textBaseline.fit(
    { kind, labels: own, features: [] },
    rows.filter(({ label }) => own.includes(label)),
  );

/** The score of a label as the stack counts it: its logit less the mean of all. */
const scoreOf = (probabilities: readonly number[] = [], label: number) => {
  const logits = probabilities.map((p) => Math.log(p));
  return (logits[label] ?? 0) - logits.reduce((a, b) => a + b, 0) / logits.length;
};
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('terms at their places', () => {
  it('are those that are counted, as often', () => {
    const options = { words: [1, 2], letters: [2, 4], han: [1, 3] } as const;
    const word = fc.constantFrom('Good', 'box!', '好快递', '，', "don't", 'ＡＢ', '快 x');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const text = words.join(' ');
        const { word: whole, piece } = termsOf(text, options);
        const placed = placedTerms(text, options);
        const counts = [...placed].map(([term, at]) => [term, at.length] as const);
        expect(new Map(counts)).toEqual(new Map([...whole, ...piece]));
      }),
    );
  });

  it('know their words: those of the dictionary where there are no spaces', () => {
    const placed = placedTerms('快递很好 late box', {
      words: [1, 2],
      letters: [2, 2],
      han: [1, 2],
    });
    expect(placed.get('w late box')).toBeUndefined();
    expect(placed.get('wlate box')).toEqual([['late', 'box']]);
    expect(placed.get('cox')).toEqual([['box']]);
    expect(placed.get('h快递')).toEqual([['快递']]);
    expect(placed.get('h递很')?.[0]).toHaveLength(2);
  });
});

describe('what words add to a linear model', () => {
  it.each([[labels], [labels.slice(0, 2)]])(
    'is the whole difference of two texts: %s',
    async (own) => {
      const baseline = await learnt('CLASSIFY', own);
      // A binary model's contributions are to the difference of both scores, twice that from the mean.
      const twice = own.length === 2 ? 2 : 1;
      const [a, b] = [rows[0], rows[7]].map((row) => ({
        ...(row as (typeof rows)[0]),
        label: null,
      }));
      if (!a || !b) throw new Error('There are rows.');
      for (const [label] of own.entries()) {
        const added = (row: typeof a) =>
          sum((baseline.explainWords?.(row, label) ?? []).map(({ contribution }) => contribution));
        const [ofA, ofB] = baseline.predict([a, b]);
        const difference = scoreOf(ofA, label) - scoreOf(ofB, label);
        expect(added(a) - added(b)).toBeCloseTo(twice * difference, 4);
      }
    },
  );
});

describe('the reasons of a stacked model', () => {
  it('are those of its encoder and those of its baseline, by their shares', async () => {
    const baseline = await learnt('CLASSIFY', labels);
    const row = servedRow('x', { text: 'the boxes 好 late' });
    const reasonsOf = async (weights: [number, number] | undefined, temperature: number) => {
      const stack = weights && { stack: { weights } };
      const calibration = { kind: 'temperature' as const, temperature };
      const folder = await writeModelFolder(
        tinyClassifier(2, { ...tinyManifest, ...stack, calibration }),
      );
      folders.push(folder);
      await writeFile(join(folder, 'baseline.json'), baseline.save());
      const served = await openServedModel(folder, { threads: 1 });
      const [prediction] = await served.predict([row], 100);
      await served.close();
      const { value = '', reasons = [] } = prediction ?? {};
      const sums = reasons.map(({ text = '', contribution }) => [text, contribution] as const);
      return { value, sums: new Map(sums), reasons };
    };
    const alone = await reasonsOf(undefined, 1);
    // So little of the baseline that the value is the encoder's: both explain the same label.
    const both = await reasonsOf([3, 0.01], 1.5);
    expect(both.value).toBe(alone.value);
    const label = labels.indexOf(String(alone.value));
    const words = baseline.explainWords?.(row, label) ?? [];
    const expected = new Map([...alone.sums].map(([word, own]) => [word, (3 / 1.5) * own]));
    for (const { input, contribution } of words)
      expected.set(input, (expected.get(input) ?? 0) + 0.01 * contribution);
    expect([...both.sums.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [word, contribution] of expected)
      expect(both.sums.get(word)).toBeCloseTo(contribution, 4);
    expect(both.reasons.every(({ name }) => name === 'text')).toBe(true);
  });

  it('are the baseline’s alone where the encoder does not count', async () => {
    const baseline = await learnt('CLASSIFY', labels);
    const manifest = { ...tinyManifest, stack: { weights: [0, 1] } };
    const folder = await writeModelFolder(tinyClassifier(2, manifest));
    folders.push(folder);
    await writeFile(join(folder, 'baseline.json'), baseline.save());
    const served = await openServedModel(folder, { threads: 1 });
    const [prediction] = await served.predict([servedRow('x', { text: 'refund late' })], 5);
    await served.close();
    const label = labels.indexOf(String(prediction?.value));
    const [strongest] = (
      baseline.explainWords?.(servedRow('x', { text: 'refund late' }), label) ?? []
    ).toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    expect(prediction?.reasons[0]).toMatchObject({
      text: strongest?.input,
      contribution: expect.closeTo(strongest?.contribution ?? 0, 5),
    });
  });
});
