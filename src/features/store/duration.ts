import { CameoError } from '../../errors.ts';

const UNITS: Record<string, number> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A length of time as written in definitions: "30d", "12h", "90m", "5s", "2w"; 0 = none. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd' | 'w'}`;

/**
 * Milliseconds of a duration.
 * @throws CameoError BAD_INPUT, naming `where`, unless it is a whole positive number and a unit.
 */
export function parseDuration(duration: string, where: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(duration) ?? [];
  const milliseconds = Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (milliseconds > 0) return milliseconds;
  throw new CameoError(
    'BAD_INPUT',
    `${where}: "${duration}" is no duration. Write a whole number and s, m, h, d or w, as in "30d".`,
  );
}
