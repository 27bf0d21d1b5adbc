import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { balanced, capped, divideOnce, folded } from '../../../eval/transfer/divide.ts';

const rowOf = (group: string, label = 'a') => ({ id: group, group, at: '', text: group, label });
const groups = fc.array(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 60 });
const shares = { pool: 0.5, validation: 0.2, test: 0.3 };

describe('rows of an evaluation of transfer', () => {
  it('never puts one group on two sides, and each group there once', () => {
    fc.assert(
      fc.property(groups, (names) => {
        const { pool, validation, test } = divideOnce(
          names.map((name) => rowOf(name)),
          shares,
        );
        const all = [...pool, ...validation, ...test].map(({ group }) => group);
        expect(all.toSorted()).toEqual([...new Set(names)].toSorted());
      }),
    );
  });

  it('keeps a group on its side whatever the other rows are', () => {
    fc.assert(
      fc.property(groups, groups, (names, others) => {
        const alone = divideOnce(
          names.map((name) => rowOf(name)),
          shares,
        ).test;
        const among = divideOnce(
          [...others, ...names].map((name) => rowOf(name)),
          shares,
        ).test;
        const known = new Set(among.map(({ group }) => group));
        expect(alone.every(({ group }) => known.has(group))).toBe(true);
      }),
    );
  });

  it('gives each side about its share', () => {
    const rows = Array.from({ length: 4000 }, (_, i) => rowOf(`row ${i}`));
    const { pool, validation, test } = divideOnce(rows, shares);
    expect(pool.length / 4000).toBeCloseTo(0.5, 1);
    expect(validation.length / 4000).toBeCloseTo(0.2, 1);
    expect(test.length / 4000).toBeCloseTo(0.3, 1);
  });

  it('takes as many rows of each label, and the same ones in any order', () => {
    const rows = Array.from({ length: 30 }, (_, i) => rowOf(`${i}`, i % 3 === 0 ? 'b' : 'a'));
    const few = balanced(rows, 8);
    expect(few.filter(({ label }) => label === 'a')).toHaveLength(8);
    expect(few.filter(({ label }) => label === 'b')).toHaveLength(8);
    const ids = (own: typeof rows) => own.map(({ id }) => id);
    expect(ids(capped(rows.toReversed(), 5))).toEqual(ids(capped(rows, 5)));
  });

  it('sees through case, signs and spaces of a repeated text', () => {
    expect(folded(' Profit ROSE, to 5.2 mln!')).toBe(folded('profit rose to 5 2 mln'));
    expect(folded('净利同比增14%；')).toBe(folded('净利同比增14'));
    expect(folded('profit rose')).not.toBe(folded('profit fell'));
  });
});
