import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customerMerge } from '../../../src/features/identity/customer-merge.ts';
import { featureColumns } from '../../../src/features/training/columns.ts';
import { buildTrainingRows } from '../../../src/features/training/rows.ts';
import { actor, event, holderOf, names } from '../events/harness.ts';
import { createRowsStage, type RowsStage, read } from './stage.ts';

let stage: RowsStage;
beforeAll(async () => {
  stage = await createRowsStage();
});
afterAll(() => stage.close());

const at = (day: number, hour = 10) => new Date(Date.UTC(2026, 3, day, hour));
const chat = (id: string, who: string, day: number, text: string) =>
  event(id, names(who), { type: 'chat', occurredAt: at(day), text });
const order = (id: string, who: string, day: number, amount: number) =>
  event(id, names(who), { occurredAt: at(day), amount });

describe('a labelled row', () => {
  beforeAll(async () => {
    await stage.ingest([
      order('o1', 'user_id:ann', 1, 10),
      order('o2', 'user_id:ann', 5, 20),
      order('o3', 'user_id:ann', 9, 40),
      chat('c1', 'user_id:ann', 2, 'first words'),
      chat('c2', 'user_id:ann', 6, 'later words'),
      chat('c0', 'user_id:ann', 2, 'second words'),
    ]);
    await stage.ingest([chat('c3', 'user_id:bob', 3, 'bob speaks')]);
    await stage.ingest([event('x1', names('user_id:ann'), { text: 'of the bank' })], 'finance');
  });

  it('sees features and texts up to its own instant, that instant included', async () => {
    await stage.label('asof', [
      ['user_id:ann', 'yes', at(5).toISOString()],
      ['user_id:bob', 'no', at(2).toISOString()],
    ]);
    const request = await stage.request({
      task: { kind: 'CLASSIFY', labels: 'asof' },
      text: 'EVENTS',
      service: 'all',
    });
    const rows = buildTrainingRows(stage, request);
    const ann = String(await holderOf(stage.db, 'user_id:ann'));
    expect(await read(rows)).toEqual([
      {
        id: expect.stringMatching(/^label:\d+$/),
        group: ann,
        at: at(5).toISOString(),
        text: 'second words\nfirst words',
        features: [2, 30, 0, 0, 'second words', null, null],
        label: 'yes',
      },
    ]);
    // Bob had said nothing by then.
    expect(rows.report()).toEqual({
      rows: 1,
      cut: 0,
      bad: [
        {
          reason: 'NO_TEXT',
          count: 1,
          examples: [{ customerId: await holderOf(stage.db, 'user_id:bob'), value: '"no"' }],
        },
      ],
    });
    expect(await featureColumns(stage, 'all')).toEqual([
      { name: 'orders', kind: 'number' },
      { name: 'spend_30d', kind: 'number' },
      { name: 'last_order_at', kind: 'number' },
      { name: 'recency_days', kind: 'number' },
      { name: 'last_said', kind: 'category' },
      { name: 'taste_0', kind: 'number' },
      { name: 'taste_1', kind: 'number' },
    ]);
  });

  it('has the newest label of its thing, and none from after the instant asked about', async () => {
    await stage.label('newest', [
      ['user_id:ann', 'old', at(2).toISOString()],
      ['user_id:ann', 'new', at(8).toISOString()],
      ['user_id:ann', 'late', at(20).toISOString()],
      ['#c3', 'said'],
    ]);
    const labelsAt = async (day: number) => {
      const task = { kind: 'CLASSIFY', labels: 'newest' } as const;
      const request = await stage.request({ task, service: 'all', at: at(day) });
      return (await read(buildTrainingRows(stage, request))).map(({ label }) => label);
    };
    expect(await labelsAt(2)).toEqual(['old']);
    expect(await labelsAt(10)).toEqual(['new', 'said']);
    expect(await labelsAt(20)).toEqual(['late', 'said']);
  });

  it('of an event has that event’s text, and the time of the label or of the event, the later', async () => {
    await stage.label('mood', [
      ['#c1', 'good'],
      ['#c2', 'bad', at(7).toISOString()],
      ['#o1', 'nothing said'],
    ]);
    const request = await stage.request({
      task: { kind: 'CLASSIFY', labels: 'mood' },
      text: 'EVENTS',
    });
    const rows = buildTrainingRows(stage, request);
    expect(await read(rows)).toMatchObject([
      { text: 'first words', label: 'good', at: at(2).toISOString() },
      { text: 'later words', label: 'bad', at: at(7).toISOString() },
    ]);
    expect(rows.report().bad).toMatchObject([{ reason: 'NO_TEXT', count: 1 }]);
  });

  it('belongs to the living customer after a merge, with all that both did', async () => {
    await stage.ingest([
      order('m1', 'user_id:left', 1, 5),
      chat('m2', 'user_id:left', 1, 'left says'),
      order('m3', 'user_id:right', 2, 7),
    ]);
    await stage.label('merged', [
      ['user_id:left', 1, at(3).toISOString()],
      ['#m2', 2],
    ]);
    await customerMerge(stage, actor, {
      domain: 'retail',
      into: { identity: { kind: 'user_id', value: 'right' } },
      from: { identity: { kind: 'user_id', value: 'left' } },
    });
    const task = { kind: 'REGRESS', labels: 'merged' } as const;
    const request = await stage.request({ task, text: 'EVENTS', service: 'all' });
    const group = String(await holderOf(stage.db, 'user_id:right'));
    expect(await read(buildTrainingRows(stage, request))).toMatchObject([
      { group, label: 1, text: 'left says', features: [2, 12, 1, 1, 'left says', null, null] },
      { group, label: 2, text: 'left says' },
    ]);
  });
});

describe('labels', () => {
  beforeAll(async () => {
    await stage.ingest([chat('s1', 'user_id:sue', 1, 'call 415-555-0132 for a red dress 红色')]);
  });
  const labelsOf = async (kind: 'CLASSIFY' | 'MULTI_LABEL' | 'REGRESS', labels?: string[]) => {
    const task = { kind, labels: `kind ${kind}` };
    const request = await stage.request({ task, service: 'all', ...(labels && { labels }) });
    const rows = buildTrainingRows(stage, request);
    return {
      good: (await read(rows)).map(({ label }) => label),
      bad: rows.report().bad.map(({ reason, count }) => [reason, count]),
    };
  };
  const people = ['ann', 'bob', 'sue', 'right'];
  const label = (kind: string, values: readonly unknown[]) =>
    stage.label(
      `kind ${kind}`,
      values.map((value, index): [string, unknown] => [`user_id:${people[index]}`, value]),
    );

  it('are classes; what is none, or not in the set, is counted and left out', async () => {
    await label('CLASSIFY', ['gold', true, ['a', 'list'], 'tin']);
    expect(await labelsOf('CLASSIFY')).toEqual({
      good: ['gold', 'true', 'tin'],
      bad: [['WRONG_TYPE', 1]],
    });
    expect(await labelsOf('CLASSIFY', ['gold', 'true'])).toEqual({
      good: ['gold', 'true'],
      bad: [
        ['NOT_IN_SET', 1],
        ['WRONG_TYPE', 1],
      ],
    });
  });

  it('are several classes, or numbers', async () => {
    await label('MULTI_LABEL', [['b', 'a', 'b'], 'c', [], { a: 1 }]);
    expect(await labelsOf('MULTI_LABEL')).toEqual({
      good: [['a', 'b'], ['c'], []],
      bad: [['WRONG_TYPE', 1]],
    });
    await label('REGRESS', [1.5, '2', true, 'NaN']);
    expect(await labelsOf('REGRESS')).toEqual({ good: [1.5], bad: [['WRONG_TYPE', 3]] });
  });

  it('of sequences keep pointing to the same words when the text is masked', async () => {
    const red = { start: 24, end: 33, label: 'ITEM' };
    const tags = [
      'O',
      'O',
      'O',
      'O',
      'O',
      'O',
      'O',
      'O',
      'B-ITEM',
      'I-ITEM',
      'B-COLOUR',
      'I-COLOUR',
    ];
    const task = { kind: 'SEQUENCE', labels: 'places' } as const;
    const spans = async () => {
      const rows = buildTrainingRows(stage, await stage.request({ task, text: 'EVENTS' }));
      const [row] = await read(rows);
      const said = ((row?.label ?? []) as string[]).map((span) => {
        const [start, end, name] = span.split(':');
        return [name, row?.text?.slice(Number(start), Number(end))];
      });
      return { said, bad: rows.report().bad.map(({ reason }) => reason) };
    };
    await stage.label('places', [['#s1', [red]]]);
    expect(await spans()).toEqual({ said: [['ITEM', 'red dress']], bad: [] });
    await stage.label('places', [['#s1', tags]]);
    expect(await spans()).toEqual({
      said: [
        ['ITEM', 'red dress'],
        ['COLOUR', '红色'],
      ],
      bad: [],
    });
    await stage.label('places', [['#s1', [{ ...red, end: 99 }]]]);
    expect(await spans()).toEqual({ said: [], bad: ['BAD_SPAN'] });
    await stage.label('places', [
      ['#s1', ['O']],
      ['user_id:ann', [red]],
    ]);
    expect((await spans()).bad.sort()).toEqual(['BAD_SPAN', 'NEEDS_EVENT']);
  });
});

describe('unlabelled rows', () => {
  it('are all texts of the domain up to an instant', async () => {
    const request = await stage.request({ task: { kind: 'PRETRAIN' }, text: 'EVENTS', at: at(5) });
    const rows = await read(buildTrainingRows(stage, request));
    expect(rows.map(({ text, label }) => [text, label])).toEqual([
      ['second words', null],
      ['first words', null],
      ['bob speaks', null],
      ['left says', null],
      ['call [PHONE] for a red dress 红色', null],
    ]);
  });

  it('are pairs of what one customer wrote', async () => {
    const request = await stage.request({ task: { kind: 'EMBED' }, text: 'EVENTS' });
    const rows = await read(buildTrainingRows(stage, request));
    expect(rows.map(({ text, label }) => [text, label])).toEqual([
      ['later words', 'second words'],
      ['second words', 'first words'],
    ]);
  });
});

describe('drawing rows', () => {
  it('gives the same rows in the same order again, and lets go when the reader stops', async () => {
    const request = await stage.request({ task: { kind: 'PRETRAIN' }, text: 'EVENTS' });
    const all = await read(buildTrainingRows(stage, request));
    expect(await read(buildTrainingRows(stage, request))).toEqual(all);
    for await (const row of buildTrainingRows(stage, request)) {
      expect(row).toEqual(all[0]);
      break;
    }
    const { pool } = stage.db;
    expect(pool.totalCount - pool.idleCount).toBe(0);
  });

  it('refuses what no rows can answer', async () => {
    const refusal = async (over: object) => {
      const request = await stage.request(over);
      return () => buildTrainingRows(stage, request);
    };
    expect(await refusal({ task: { kind: 'CLASSIFY' } })).toThrow('the task of its labels');
    expect(await refusal({ task: { kind: 'PRETRAIN' } })).toThrow('PRETRAIN needs texts');
    expect(await refusal({})).toThrow('texts or a service');
    expect(await refusal({ task: { kind: 'SEQUENCE', labels: 'x' }, text: 'CUSTOMER' })).toThrow(
      'texts of events',
    );
    const unknown = await stage.request({ service: 'none' });
    await expect(read(buildTrainingRows(stage, unknown))).rejects.toThrow('"none"');
  });
});
