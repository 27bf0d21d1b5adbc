const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** A hundred years: anything longer is a slip, and would leave the range of timestamps. */
export const LONGEST_MS = 36_500 * UNIT_MS.d;

/**
 * The length of a duration such as "30d", "12h", "90m" or "5s" in milliseconds; a day is 24 hours.
 * Undefined when the text is not a duration or is longer than 100 years.
 */
export function durationMs(text: string): number | undefined {
  const parts = /^(\d{1,10})([dhms])$/.exec(text);
  if (!parts) return undefined;
  const ms = Number(parts[1]) * UNIT_MS[parts[2] as keyof typeof UNIT_MS];
  return ms <= LONGEST_MS ? ms : undefined;
}

/** The same for a duration that a checked rule carries. */
export function knownMs(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new Error(`Invariant broken: unchecked duration "${text}"`);
  return ms;
}
