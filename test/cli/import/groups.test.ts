import { expect, it } from '@jest/globals';
import type { Mapped } from '../../../src/cli/import/mapper.ts';
import { createMapper } from '../../../src/cli/import/mapper.ts';
import { mappingSchema } from '../../../src/cli/import/mapping-schema.ts';
import { JsonRow } from '../../../src/cli/import/row.ts';

const mapping = mappingSchema.parse({
  type: '{kind}',
  occurredAt: { value: '{at}' },
  identities: { user_id: '{who}' },
  amount: { number: '{amount}' },
  group: { by: '{order}', types: { line: 'order' }, properties: { shop: '{shop}' } },
});

const line = (order: string, amount: string, kind = 'line') =>
  new JsonRow({ order, amount, kind, who: 'ann', shop: `of ${order}`, at: '2026-01-01T00:00:00Z' });

/** The events of groups in the order in which they come: after which record, and what they say. */
function run(rows: JsonRow[]) {
  const map = createMapper(mapping, (record) => `line ${record}`);
  const mapped: Mapped[] = rows.map((row, index) => map(row, index + 1));
  const ended = [...mapped.map((each) => each.ended), map.end?.()];
  return ended.flatMap((event, after) =>
    event
      ? [{ after, id: event.messageId, amount: event.amount, properties: event.properties }]
      : [],
  );
}

it('lines next to each other with the same key make one event, after the last of them', () => {
  expect(run([line('A', '1.1'), line('A', '2.2'), line('B', '5')])).toEqual([
    { after: 2, id: 'order:A', amount: 3.3, properties: { shop: 'of A', lines: 2 } },
    { after: 3, id: 'order:B', amount: 5, properties: { shop: 'of B', lines: 1 } },
  ]);
});

it('lines of another type neither count nor part the group that they stand in', () => {
  expect(run([line('A', '1'), line('A', '100', 'gift'), line('A', '2')])).toEqual([
    { after: 3, id: 'order:A', amount: 3, properties: { shop: 'of A', lines: 2 } },
  ]);
  expect(run([line('A', '100', 'gift')])).toEqual([]);
});
