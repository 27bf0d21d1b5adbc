/**
 * Names in `where` and `has` that mean a field of the event itself. The first four are its columns;
 * where the column is missing, the property of that name counts. Those with "$" are taken from
 * `occurredAt` in UTC: `$weekday` is 1 (Monday) to 7 (Sunday), `$hour` 0 to 23, `$month` 1 to 12.
 */
export const EVENT_FIELDS: ReadonlySet<string> = new Set([
  'amount',
  'currency',
  'itemId',
  'text',
  '$weekday',
  '$hour',
  '$month',
]);
