import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import type { LabelInput } from '../../../src/features/events/check-label.ts';
import { labelsImport } from '../../../src/features/events/labels-import.ts';
import { customerMerge } from '../../../src/features/identity/customer-merge.ts';
import { customerUnmerge } from '../../../src/features/identity/customer-unmerge.ts';
import { actor, createStage, event, holderOf, NOW, names, type Stage } from './harness.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await createStage();
  await stage.ingest([
    event('review', names('user_id:a'), { text: 'Lovely', occurredAt: '2026-05-05T00:00:00Z' }),
    event('other', names('user_id:b')),
  ]);
});

afterAll(() => stage.close());

const identity = (name: string) => ({ identity: names(name)[0] ?? null });

const load = (task: string, labels: LabelInput[]) =>
  labelsImport(stage, actor, { domain: 'retail', task, labels });

const read = (task: string) =>
  stage.db.query(sql`
    SELECT customer_id AS customer, message_id AS message, value, at FROM label
    WHERE task = ${task} ORDER BY id`);

describe('labelsImport', () => {
  it('labels customers by name or id and events by message id', async () => {
    const [a, b] = [await holderOf(stage.db, 'user_id:a'), await holderOf(stage.db, 'user_id:b')];
    const result = await load('kinds', [
      { customer: identity('user_id:a'), value: 'churned', at: '2026-06-01T00:00:00Z' },
      { customer: { id: String(b) }, value: { score: [1, null] } },
      { messageId: 'review', value: 0.5 },
    ]);
    expect(result).toEqual({ imported: 3, userErrors: [] });
    expect(await read('kinds')).toEqual([
      { customer: a, message: null, value: 'churned', at: new Date('2026-06-01T00:00:00Z') },
      { customer: b, message: null, value: { score: [1, null] }, at: new Date(NOW) },
      { customer: a, message: 'review', value: 0.5, at: new Date('2026-05-05T00:00:00Z') },
    ]);
  });

  it('replaces a label of the same thing, in a later call or the same', async () => {
    const label = (value: string): LabelInput => ({ messageId: 'review', value });
    await load('again', [label('one'), label('two')]);
    await load('again', [label('three')]);
    await load('again', [{ customer: identity('user_id:a'), value: 'x', at: NOW }]);
    await load('again', [{ customer: identity('user_id:a'), value: 'y', at: NOW }]);
    expect((await read('again')).map((row) => (row as { value: string }).value)).toEqual([
      'three',
      'y',
    ]);
  });

  it('leaves out what it cannot store and says where', async () => {
    const { imported, userErrors } = await load('bad', [
      { messageId: 'nope', value: 1 },
      { customer: identity('user_id:nope'), value: 1 },
      { customer: identity('user_id:a'), messageId: 'review', value: 1 },
      { value: 1 },
      { messageId: 'review', value: null },
      { messageId: 'review', value: 'a\0' },
      { messageId: 'review', value: 1, at: 'soon' },
      { messageId: 'a\0', value: 1 },
      { customer: { id: '1; DROP TABLE label' }, value: 1 },
      { messageId: 'other', value: 1 },
    ]);
    expect(imported).toBe(1);
    expect(userErrors.map(({ field, code }) => [field?.[1], field?.[2], code]).sort()).toEqual([
      ['0', 'messageId', 'NOT_FOUND'],
      ['1', 'customer', 'NOT_FOUND'],
      ['2', 'customer', 'BAD_INPUT'],
      ['3', 'customer', 'BAD_INPUT'],
      ['4', 'value', 'BAD_INPUT'],
      ['5', 'value', 'BAD_INPUT'],
      ['6', 'at', 'BAD_INPUT'],
      ['7', 'messageId', 'NOT_FOUND'],
      ['8', 'customer', 'NOT_FOUND'],
    ]);
    expect(await load('', [])).toMatchObject({ imported: 0, userErrors: [{ field: ['task'] }] });
    expect(await load('none', [])).toMatchObject({ userErrors: [{ field: ['labels'] }] });
  });

  it('follows the event through a merge and an unmerge', async () => {
    const merged = await customerMerge(stage, actor, {
      into: identity('user_id:b'),
      from: identity('user_id:a'),
      domain: 'retail',
    });
    await load('moved', [{ messageId: 'review', value: 1 }]);
    const b = await holderOf(stage.db, 'user_id:b');
    expect(await read('moved')).toMatchObject([{ customer: b }]);
    await customerUnmerge(stage, actor, { mergeId: String(merged.mergeId) });
    expect(await read('moved')).toMatchObject([
      { customer: await holderOf(stage.db, 'user_id:a') },
    ]);
  });
});
