import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { labelSet } from '../../../src/features/training/label-set.ts';
import { createPeopledStage, type RowsStage } from './stage.ts';

const people = ['a', 'b', 'c', 'd', 'e'];
let stage: RowsStage;
beforeAll(async () => {
  stage = await createPeopledStage(people);
});
afterAll(() => stage.close());

const setOf = async (
  kind: 'CLASSIFY' | 'MULTI_LABEL' | 'REGRESS' | 'SEQUENCE' | 'GENERATE',
  at?: Date,
) => {
  const { domain } = await stage.request({});
  return labelSet(stage, domain, { kind, labels: 'task' }, at);
};
const label = (values: readonly unknown[], at: string) =>
  stage.label(
    'task',
    values.map((value, index): [string, unknown, string] => [
      `user_id:${people[index]}`,
      value,
      at,
    ]),
  );

describe('the label set', () => {
  it('has each class of the newest labels with its count, the commonest first', async () => {
    await label(['x', 'x', 'x', 'y', 'y'], '2026-06-02T00:00:00Z');
    await label(['y', 'z', 5], '2026-06-03T00:00:00Z');
    expect(await setOf('CLASSIFY')).toEqual({
      values: [
        { value: 'y', count: 3 },
        { value: '5', count: 1 },
        { value: 'z', count: 1 },
      ],
      labelled: 5,
      bad: 0,
    });
    expect((await setOf('CLASSIFY', new Date('2026-06-02T12:00:00Z'))).values).toEqual([
      { value: 'x', count: 3 },
      { value: 'y', count: 2 },
    ]);
    expect(await setOf('REGRESS')).toEqual({ values: [], labelled: 1, bad: 4 });
    expect(await setOf('GENERATE')).toEqual({ values: [], labelled: 4, bad: 1 });
  });

  it('counts each of several labels, and the labels of spans', async () => {
    await label([['p', 'q'], ['q'], 'q', [], { p: 1 }], '2026-06-04T00:00:00Z');
    expect(await setOf('MULTI_LABEL')).toEqual({
      values: [
        { value: 'q', count: 3 },
        { value: 'p', count: 1 },
      ],
      labelled: 4,
      bad: 1,
    });
    const span = { start: 0, end: 3, label: 'HUE' };
    await label([[span], ['B-HUE', 'I-ITEM'], ['O', 'O'], 'none', [{}]], '2026-06-05T00:00:00Z');
    expect(await setOf('SEQUENCE')).toEqual({
      values: [
        { value: 'HUE', count: 2 },
        { value: 'ITEM', count: 1 },
      ],
      labelled: 3,
      bad: 2,
    });
  });
});
