import type { Account } from './account.ts';
import { DAY, dayWeight, HISTORY_DAYS, HOUR, hourWeights, type Region } from './calendar.ts';
import { chance, type Random, uniform, weightedItem } from './random.ts';
import type { DemoDomain } from './world.ts';

/** Running totals of the day weights over the history, for drawing days by the season. */
export interface Season {
  /** Day number (since 1970, UTC) of the first entry. */
  firstDay: number;
  cumulative: Float64Array;
}

export function createSeason(now: Date, domain: DemoDomain, region: Region): Season {
  const firstDay = Math.floor(now.getTime() / DAY) - HISTORY_DAYS - 1;
  const cumulative = new Float64Array(HISTORY_DAYS + 3);
  for (let index = 1; index < cumulative.length; index += 1) {
    const weight = dayWeight(new Date((firstDay + index - 1) * DAY), domain, region);
    cumulative[index] = (cumulative[index - 1] ?? 0) + weight;
  }
  return { firstDay, cumulative };
}

/** A day number within [from, to] (milliseconds), by its weight. */
export function drawDay(random: Random, season: Season, from: number, to: number): number {
  const { firstDay, cumulative } = season;
  const low = Math.floor(from / DAY) - firstDay;
  const high = Math.floor(to / DAY) - firstDay + 1;
  const target = uniform(random, cumulative[low] ?? 0, cumulative[high] ?? 0);
  let [left, right] = [low, high - 1];
  while (left < right) {
    const middle = (left + right) >> 1;
    if ((cumulative[middle + 1] ?? 0) > target) right = middle;
    else left = middle + 1;
  }
  return firstDay + left;
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** An instant of the account's local day and waking hours. May lie outside the account's lifetime. */
export function momentOf(random: Random, account: Account, day: number, offset: number): number {
  const hours = hourWeights(account.person.chronotype);
  const hour = weightedItem(random, HOURS, (each) => (hours[each] ?? 0) + 0.02);
  return Math.round(day * DAY + (hour - offset + random()) * HOUR);
}

/** The start of a visit within [from, to] and the account's lifetime: season, hour, and the ebb of a leaver. */
export function drawVisit(
  random: Random,
  account: Account,
  season: Season,
  offset: number,
  from: number,
  to: number,
): number {
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const at = momentOf(random, account, drawDay(random, season, from, to), offset);
    if (at < from || at > to) continue;
    const ebb = Math.min(1, 0.3 + (0.7 * (account.until - at)) / (75 * DAY));
    if (account.churn === null || chance(random, ebb)) return at;
  }
  return Math.round(uniform(random, from, to));
}
