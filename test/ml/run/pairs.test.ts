import { describe, expect, it } from '@jest/globals';
import { pairedRows } from '../../../src/ml/run/pairs.ts';

const row = (id: string, group: string, text: string, label: string | null) => ({
  ...{ id, group, text, label },
  at: '2026-01-01T00:00:00Z',
});

describe('pairs of texts', () => {
  it('become rows of one topic, those of a customer that are linked of the same', () => {
    const rows = pairedRows([
      row('1', 'ann', 'newest', 'older'),
      row('2', 'ann', 'older', 'oldest'),
      row('3', 'bob', 'hello', 'good day'),
    ]);
    expect(rows.map(({ id, text }) => `${id} ${text}`)).toEqual([
      '1 newest',
      '2 older',
      '2:pair oldest',
      '3 hello',
      '3:pair good day',
    ]);
    const topics = rows.map(({ label }) => label);
    expect(new Set(topics.slice(0, 3)).size).toBe(1);
    expect(new Set(topics.slice(3)).size).toBe(1);
    expect(topics[0]).not.toBe(topics[3]);
  });

  it('leave labels that name a topic, and rows without one, as they are', () => {
    const rows = [
      row('1', 'ann', 'a', 'refund'),
      row('2', 'bob', 'b', 'refund'),
      row('3', 'bob', 'c', null),
    ];
    expect(pairedRows(rows)).toEqual(rows);
  });

  it('do not link customers who wrote the same', () => {
    const rows = pairedRows([
      row('1', 'ann', 'thanks', 'where is it'),
      row('2', 'bob', 'thanks', 'too late'),
    ]);
    expect(rows[0]?.label).not.toBe(rows[2]?.label);
  });
});
