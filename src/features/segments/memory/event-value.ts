import type { Json, PropertyCondition } from '../rule/types.ts';
import type { HistoryEvent } from './history.ts';
import { testValue } from './test-value.ts';

/** What a name in `where` means for an event; see rule/event-fields.ts. */
export function eventValue(event: HistoryEvent, name: string): Json | undefined {
  switch (name) {
    case 'amount':
      return event.amount ?? property(event, name);
    case 'currency':
      return event.currency ?? property(event, name);
    case 'itemId':
      return event.itemId ?? property(event, name);
    case 'text':
      return event.text ?? property(event, name);
    case '$weekday':
      return new Date(event.occurredAt).getUTCDay() || 7;
    case '$hour':
      return new Date(event.occurredAt).getUTCHours();
    case '$month':
      return new Date(event.occurredAt).getUTCMonth() + 1;
    default:
      return property(event, name);
  }
}

function property(event: HistoryEvent, name: string): Json | undefined {
  const all = event.properties;
  if (all === null || typeof all !== 'object' || Array.isArray(all)) return undefined;
  return Object.hasOwn(all, name) ? (all as Readonly<Record<string, Json>>)[name] : undefined;
}

export function eventPasses(
  event: HistoryEvent,
  where: readonly PropertyCondition[] | undefined,
): boolean {
  return (
    !where || where.every((condition) => testValue(condition, eventValue(event, condition.name)))
  );
}
