import { describe, expect, it } from '@jest/globals';
import { createMapper } from '../../../src/cli/import/mapper.ts';
import { mappingSchema } from '../../../src/cli/import/mapping-schema.ts';
import { createHeaderMapper, createPlainMapper } from '../../../src/cli/import/plain-mapper.ts';
import { readTime } from '../../../src/cli/import/read-time.ts';
import { JsonRow } from '../../../src/cli/import/row.ts';

const base = { type: 'order', occurredAt: { value: '{at}' }, identities: { user_id: '{user}' } };

function mapAll(mapping: object, rows: object[]) {
  const map = createMapper(mappingSchema.parse({ ...base, ...mapping }), (record) => `id${record}`);
  return rows.map((row, at) =>
    map(new JsonRow({ at: '2026-01-01T00:00:00Z', user: 'u', ...row }), at + 1),
  );
}

const eventsOf = (mapping: object, ...rows: object[]) =>
  mapAll(mapping, rows).map((mapped) => ('event' in mapped ? mapped.event : mapped));

describe('a mapping', () => {
  it('fills templates with columns, constants and paths', () => {
    const mapping = {
      messageId: '{{{order.id}}-{n}',
      itemId: '{sku}',
      properties: { both: 'no {n}', gone: '{missing}', object: '{order}' },
    };
    expect(eventsOf(mapping, { order: { id: 7 }, n: 1, sku: ' ' })).toEqual([
      {
        messageId: '{7}-1',
        type: 'order',
        occurredAt: new Date('2026-01-01T00:00:00Z'),
        identities: [{ kind: 'user_id', value: 'u' }],
        properties: { both: 'no 1', object: '{"id":7}' },
        itemId: undefined,
        text: undefined,
        amount: undefined,
        currency: undefined,
      },
    ]);
  });

  it('reads numbers, booleans, JSON and products', () => {
    const mapping = {
      amount: { product: ['{n}', '{price}'] },
      properties: {
        n: { number: '{n}' },
        yes: { boolean: '{yes}' },
        json: { json: '{json}' },
        none: { number: '{none}' },
      },
    };
    expect(
      eventsOf(mapping, { n: '3', price: '1.1', yes: 'Y', json: '[1]', none: ' ' }),
    ).toMatchObject([{ amount: 3.3, properties: { n: 3, yes: true, json: [1] } }]);
    expect(mapAll(mapping, [{ n: 'many' }, { n: 1, yes: 'perhaps' }, { json: '{' }])).toEqual([
      { fault: '{n} is not a number: "many"' },
      { fault: '{yes} is neither true nor false: "perhaps"' },
      { fault: '{json} is not JSON' },
    ]);
  });

  it('chooses by conditions, the first that holds', () => {
    const choose = [
      { when: { column: 'n', startsWith: 'C' }, value: 'return' },
      { when: { column: 'q', atMost: 0 }, value: 'none' },
      { when: { column: 'q', atLeast: 5, atMost: 9 }, value: 'some' },
      { when: { column: 'k', in: ['a', 'b'] }, value: 'listed' },
      { when: { column: 'k', equals: 'c' }, value: 'equal' },
      { when: { column: 'k', blank: false }, value: 'filled' },
    ];
    const rows = [
      { n: 'C1', q: 0 },
      { q: '-1' },
      { q: 7 },
      { q: 10, k: 'b' },
      { q: '', k: 'c' },
      { k: 'x' },
      {},
    ];
    const events = eventsOf({ type: { choose, otherwise: 'other' } }, ...rows);
    expect(events.map((event) => ('type' in event ? event.type : event))).toEqual([
      'return',
      'none',
      'some',
      'listed',
      'equal',
      'filled',
      'other',
    ]);
  });

  it('counts the records of a group, each type apart', () => {
    const mapping = { type: '{type}', properties: { line: { ordinal: '{invoice}' } } };
    const rows = ['1 a', '1 a', '1 b', '1 a', '2 a', '1 a'].map((text) => {
      const [invoice, type] = text.split(' ');
      return { invoice, type };
    });
    const events = eventsOf(mapping, ...rows);
    expect(events.map((event) => 'properties' in event && event.properties)).toEqual(
      [1, 2, 1, 3, 1, 1].map((line) => ({ line })),
    );
  });

  it('leaves out what it is told to, by reason', () => {
    const skip = [{ when: { column: 'user', blank: true }, reason: 'nobody' }];
    expect(mapAll({ skip }, [{ user: ' ' }])).toEqual([{ skipped: 'nobody' }]);
  });

  it.each([
    [{ ...base, typo: 1 }],
    [{ ...base, type: { chose: [] } }],
    [{ type: 'x', identities: {} }],
    [{ ...base, skip: [{ when: { column: 'a' }, reason: 'says nothing' }] }],
  ])('is refused when it is not one: %j', (mapping) => {
    expect(mappingSchema.safeParse(mapping).success).toBe(false);
  });
});

describe('readTime', () => {
  const read = (format: string, value: string, zone = 'UTC') =>
    readTime({ value: '{at}', format, zone })(new JsonRow({ at: value })).toISOString();

  it.each([
    ['iso', '2026-03-01T10:20:30.456+02:00', 'UTC', '2026-03-01T08:20:30.456Z'],
    ['iso', '2026-03-01 10:20', 'UTC', '2026-03-01T10:20:00.000Z'],
    ['iso', '2026-03-01', 'America/New_York', '2026-03-01T05:00:00.000Z'],
    ['unix', '1767225600', 'UTC', '2026-01-01T00:00:00.000Z'],
    ['unix-ms', '1767225600123', 'UTC', '2026-01-01T00:00:00.123Z'],
    ['dd/MM/yyyy HH:mm', '1/12/2010 8:26', 'UTC', '2010-12-01T08:26:00.000Z'],
    ['yyyyMMdd', '20260704', 'Europe/London', '2026-07-03T23:00:00.000Z'],
    ['yyyy-MM-dd HH:mm:ss', '2026-03-29 03:30:00', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['yyyy-MM-dd HH:mm:ss', '2026-10-25 12:00:00', 'Asia/Kolkata', '2026-10-25T06:30:00.000Z'],
  ])('%s: %s in %s is %s', (format, value, zone, instant) => {
    expect(read(format, value, zone)).toBe(instant);
  });

  it.each([
    ['iso', '2026-02-30'],
    ['iso', '01/02/2026'],
    ['iso', ''],
    ['unix', ''],
    ['unix', 'soon'],
    ['dd/MM/yyyy', '31/04/2026'],
    ['yyyy-MM-dd HH:mm', '2026-01-01 25:00'],
  ])('%s: %j is no time', (format, value) => {
    expect(() => read(format, value)).toThrow('is not a time');
  });

  it('refuses formats and zones that are none', () => {
    expect(() => read('quarters', '1')).toThrow('no time format');
    expect(() => read('iso', '2026-01-01', 'Mars/Olympus')).toThrow('Mars/Olympus');
  });
});

describe('files without a mapping', () => {
  it('have NDJSON lines that are events', () => {
    const map = createPlainMapper((record) => `id${record}`);
    const event = { type: 'a', occurredAt: 'x', identities: [{ kind: 'email', value: 'e' }] };
    expect(map(new JsonRow(event), 3)).toEqual({ event: { ...event, messageId: 'id3' } });
    expect(map(new JsonRow({ ...event, messageId: 'm' }), 3)).toMatchObject({
      event: { messageId: 'm' },
    });
    expect(map(new JsonRow({ ...event, user: 1 }), 3)).toMatchObject({
      fault: expect.stringContaining('unknown field user'),
    });
    expect(map(new JsonRow({ ...event, identities: 'e' }), 3)).toMatchObject({
      fault: expect.stringContaining('identities'),
    });
  });

  it('have CSV columns called as the fields of an event', () => {
    const columns = ['type', 'occurredAt', 'identities.email', 'properties.colour', 'amount'];
    const row = new JsonRow({
      type: 'a',
      occurredAt: '2026-01-01',
      'identities.email': 'e',
      'properties.colour': 'red',
      amount: '2.5',
    });
    expect(createHeaderMapper(columns, () => 'id')(row, 1)).toMatchObject({
      event: {
        messageId: 'id',
        identities: [{ kind: 'email', value: 'e' }],
        properties: { colour: 'red' },
        amount: 2.5,
      },
    });
    expect(() => createHeaderMapper(['type', 'Price'], () => 'id')).toThrow(
      'lacks the columns occurredAt, identities.KIND and has columns that no event has: Price',
    );
  });
});
