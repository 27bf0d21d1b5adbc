import sql, { empty, join, type Sql } from 'sql-template-tag';
import { EVENT_FIELDS } from '../rule/event-fields.ts';
import type { EventNeed } from './event-needs.ts';

const COLUMNS = [
  ['amount', sql`e.amount`, sql`"amount"`],
  ['currency', sql`e.currency`, sql`"currency"`],
  ['itemId', sql`e.item_id`, sql`"itemId"`],
  ['text', sql`e.text`, sql`"text"`],
] as const;

/** `, column ...` of the event `e`: what is tested of its type, else null. Texts can be long. */
export function testedColumns(needs: readonly EventNeed[]): Sql {
  const typesWith = (tests: (need: EventNeed) => boolean) =>
    needs.filter(tests).map(({ type }) => type);
  const of = (types: readonly string[]) => sql`e.type = any(${types}::text[])`;
  const columns = COLUMNS.map(([field, column, name]) => ({
    ...{ column, name },
    types: typesWith(({ fields }) => fields.has(field)),
  })).filter(({ types }) => types.length > 0);
  const named = typesWith(({ fields }) => [...fields].some((field) => !EVENT_FIELDS.has(field)));
  // Where a column is null, the property of its name counts.
  const instead = columns.map(({ column, types }) => sql`(${column} is null and ${of(types)})`);
  const wanted = [...(named.length > 0 ? [of(named)] : []), ...instead];
  const selected = [
    ...columns.map(({ column, name, types }) => [of(types), column, name] as const),
    ...(wanted.length > 0
      ? [[join(wanted, ' or '), sql`e.properties`, sql`properties`] as const]
      : []),
  ];
  const rest = selected.map(
    ([when, value, name]) => sql`, case when ${when} then ${value} end as ${name}`,
  );
  return rest.length > 0 ? join(rest, ' ') : empty;
}
