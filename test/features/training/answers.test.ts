import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AnswerKind, answerSet } from '../../../src/features/training/answer-set.ts';
import type { RowsTask } from '../../../src/features/training/request.ts';
import { buildTrainingRows } from '../../../src/features/training/rows.ts';
import { createPeopledStage, type RowsStage, read } from './stage.ts';

const NOW = new Date('2026-07-01T00:00:00Z');
const people = ['a', 'b', 'c', 'd', 'e', 'f'];
let stage: RowsStage;
beforeAll(async () => {
  stage = await createPeopledStage(people);
});
afterAll(() => stage.close());

const label = (task: string, values: readonly unknown[]) =>
  stage.label(
    task,
    values.map((value, index): [string, unknown] => [`#m-${people[index]}`, value]),
  );

async function answers(task: string, kind: AnswerKind = 'auto') {
  const { domain } = await stage.request({});
  return answerSet(stage, domain, task, NOW, kind);
}

async function rowsOf(task: Partial<RowsTask>, labels?: readonly string[]) {
  const request = await stage.request({
    ...{ task: { kind: 'GENERATE', ...task }, text: 'EVENTS', at: NOW },
    ...(labels && { labels }),
  });
  const rows = buildTrainingRows(stage, request);
  // In no order: that of the rows is by customers, who were made in none.
  const told = (await read(rows)).map((row) => row.label).sort();
  return { told, bad: rows.report().bad.map(({ reason, count }) => `${count} ${reason}`) };
}

describe('what a text-to-text model may answer', () => {
  it('is one of a few labels that come again and again', async () => {
    await label('size', ['small', ' large ', 'small', 'large', 'small', 7]);
    // The 7 is no text.
    expect(await answers('size')).toEqual({ labels: [], several: false });
    await label('size', ['small', ' large ', 'small', 'large', 'small', 'small']);
    expect(await answers('size')).toEqual({ labels: ['large', 'small'], several: false });
    expect((await rowsOf({ labels: 'size' }, ['large', 'small'])).told).toEqual([
      ...['large', 'large', 'small', 'small', 'small', 'small'],
    ]);
  });

  it('is any text where most are different, unless the caller knows better', async () => {
    await label('reply', ['yes', 'no', 'may be', 'who knows', 'yes', 'never']);
    expect(await answers('reply')).toEqual({ labels: [], several: false });
    expect((await answers('reply', 'label')).labels).toEqual([
      ...['may be', 'never', 'no', 'who knows', 'yes'],
    ]);
    expect(await answers('size', 'text')).toEqual({ labels: [], several: false });
  });

  it('is a list where any label is one', async () => {
    await label('taste', [['tea', 'cake'], 'tea', [], ['cake', 'tea', 'cake'], ['tea', 5], ['']]);
    const set = await answers('taste');
    expect(set).toEqual({ labels: ['cake', 'tea'], several: true });
    expect(await rowsOf({ labels: 'taste', several: true }, set.labels)).toEqual({
      ...{ told: [[], ['cake', 'tea'], ['cake', 'tea'], ['tea']], bad: ['2 WRONG_TYPE'] },
    });
    // Asked for one label each, lists are none.
    const { told, bad } = await rowsOf({ labels: 'taste' }, set.labels);
    expect(told).toEqual(['tea']);
    expect(bad).toEqual(['5 WRONG_TYPE']);
  });

  it('shows nothing personal, in labels of a set as in texts', async () => {
    const mine = 'ring +1 415 555 0132';
    await label('note', [mine, mine, mine, 'wait', 'wait', 'wait']);
    const set = await answers('note');
    expect(set.labels).toEqual(['ring [PHONE]', 'wait']);
    expect((await rowsOf({ labels: 'note' }, set.labels)).told.slice(0, 4)).toEqual([
      ...['ring [PHONE]', 'ring [PHONE]', 'ring [PHONE]', 'wait'],
    ]);
    expect((await rowsOf({ labels: 'note' }, ['wait'])).bad).toEqual(['3 NOT_IN_SET']);
    expect((await rowsOf({ labels: 'note' })).told[0]).toBe('ring [PHONE]');
  });
});

describe('rows of one customer in so many', () => {
  it('are whole customers, always the same', async () => {
    const request = await stage.request({
      ...{ task: { kind: 'GENERATE', labels: 'size' }, text: 'EVENTS', oneIn: 3 },
    });
    const groups = (await read(buildTrainingRows(stage, request))).map(({ group }) => group);
    const all = (await read(buildTrainingRows(stage, { ...request, oneIn: 1 }))).map(
      ({ group }) => group,
    );
    expect(groups).toEqual(all.filter((group) => Number(group) % 3 === 0));
    expect(groups.length).toBeGreaterThan(0);
  });
});
