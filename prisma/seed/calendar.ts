import type { DemoDomain } from './world.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const HISTORY_DAYS = 730;

/** Which holidays a person keeps. */
export type Region = 'cn' | 'west';

/** First days of the Chinese year (month * 100 + day), 2018 to 2040. */
const NEW_YEARS = [
  216, 205, 125, 212, 201, 122, 210, 129, 217, 206, 126, 213, 203, 123, 211, 131, 219, 208, 128,
  215, 204, 124, 212,
];
const FIRST_NEW_YEAR = 2018;

/** Days from the nearest Chinese New Year: negative before it. Null outside the table. */
function daysFromNewYear(day: Date): number | null {
  const code = NEW_YEARS[day.getUTCFullYear() - FIRST_NEW_YEAR];
  if (code === undefined) return null;
  const first = Date.UTC(day.getUTCFullYear(), Math.floor(code / 100) - 1, code % 100);
  return Math.round((day.getTime() - first) / DAY);
}

/** Days from Black Friday, the day after the fourth Thursday of November. */
function daysFromBlackFriday(day: Date): number {
  const firstWeekday = new Date(Date.UTC(day.getUTCFullYear(), 10, 1)).getUTCDay();
  const friday = 1 + ((4 - firstWeekday + 7) % 7) + 21 + 1;
  return Math.round((day.getTime() - Date.UTC(day.getUTCFullYear(), 10, friday)) / DAY);
}

function chineseShopping(monthDay: number, fromNewYear: number | null): number {
  if (monthDay === 1111) return 7;
  if (monthDay >= 1101 && monthDay <= 1112) return 2.1;
  if (monthDay === 618) return 4;
  if (monthDay >= 601 && monthDay <= 619) return 1.6;
  if (monthDay === 1212) return 2.6;
  if (fromNewYear !== null && fromNewYear >= -20 && fromNewYear <= -4) return 1.8;
  if (fromNewYear !== null && fromNewYear >= -1 && fromNewYear <= 6) return 0.4;
  return 1;
}

function westernShopping(monthDay: number, fromBlackFriday: number): number {
  if (fromBlackFriday === 0) return 7;
  if (fromBlackFriday === 3) return 5;
  if (fromBlackFriday >= -6 && fromBlackFriday <= 4) return 2.4;
  if (monthDay >= 1205 && monthDay <= 1221) return 1.9;
  if (monthDay >= 1224 && monthDay <= 1226) return 0.4;
  if (monthDay >= 101 && monthDay <= 214) return 0.85;
  return 1;
}

function shopping(day: Date, monthDay: number, region: Region): number {
  const chinese = chineseShopping(monthDay, daysFromNewYear(day));
  const western = westernShopping(monthDay, daysFromBlackFriday(day));
  // Each side joins a little in the other's sales.
  return region === 'cn' ? chinese * western ** 0.25 : western * chinese ** 0.2;
}

function banking(day: Date, monthDay: number, region: Region): number {
  const dayOfMonth = monthDay % 100;
  const fromNewYear = daysFromNewYear(day);
  const payday = dayOfMonth >= 25 && dayOfMonth <= 28 ? 1.5 : dayOfMonth <= 2 ? 1.25 : 1;
  const redPackets =
    region === 'cn' && fromNewYear !== null && Math.abs(fromNewYear) <= 2 ? 2.4 : 1;
  return payday * redPackets * shopping(day, monthDay, region) ** 0.3;
}

/** How busy a day is against an ordinary one. `day` is a UTC midnight. */
export function dayWeight(day: Date, domain: DemoDomain, region: Region): number {
  const monthDay = (day.getUTCMonth() + 1) * 100 + day.getUTCDate();
  const weekend = day.getUTCDay() % 6 === 0;
  return domain === 'retail'
    ? shopping(day, monthDay, region) * (weekend ? 1.3 : 1)
    : banking(day, monthDay, region) * (weekend ? 0.65 : 1);
}

/** Relative activity in each local hour; night owls and workers differ. */
const HOURS: Readonly<Record<'early' | 'office' | 'late', readonly number[]>> = {
  early: [0, 0, 0, 0, 1, 4, 8, 11, 12, 12, 11, 9, 7, 6, 7, 8, 8, 7, 6, 5, 3, 1, 0, 0],
  office: [1, 0, 0, 0, 0, 1, 2, 5, 6, 6, 7, 8, 11, 9, 6, 6, 6, 7, 8, 10, 12, 12, 8, 4],
  late: [9, 6, 4, 2, 1, 0, 0, 1, 2, 3, 5, 6, 8, 8, 7, 7, 7, 7, 7, 8, 10, 12, 13, 12],
};
export type Chronotype = keyof typeof HOURS;

export function hourWeights(chronotype: Chronotype): readonly number[] {
  return HOURS[chronotype];
}
