import { checkDistinct } from './names.ts';

/** Where a view's values come from. */
export type Source =
  | { readonly kind: 'pushed' }
  /** Cameo's events of these types; no type = every event. */
  | { readonly kind: 'events'; readonly types: readonly string[] };

/** Rows that programs push with their own event times. */
export const pushed = (): { readonly kind: 'pushed' } => ({ kind: 'pushed' });

/** Cameo's own events of these types, aggregated over windows; none = every type. */
export function events(...types: string[]): {
  readonly kind: 'events';
  readonly types: readonly string[];
} {
  checkDistinct('events(): type', types);
  return { kind: 'events', types };
}
