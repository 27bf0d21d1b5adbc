/** What a placeholder stands for: `[EMAIL]`, `[PHONE]`, ... CARD is any payment or bank account. */
export type PiiKind = 'EMAIL' | 'PHONE' | 'CARD' | 'NAME' | 'ID' | 'ADDRESS';

/** Personal data at [start, end) of a text. */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly kind: PiiKind;
}

/**
 * The same regions without overlaps, in order: what overlaps becomes one region of the kind that
 * starts first (the longer one at a tie), so that nothing found by any detector is left over.
 */
export function unite(found: readonly Found[]): Found[] {
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const united: Found[] = [];
  for (const next of sorted) {
    const last = united.at(-1);
    if (last && next.start < last.end) {
      united[united.length - 1] = { ...last, end: Math.max(last.end, next.end) };
    } else united.push(next);
  }
  return united;
}
