import type { Account } from './account.ts';
import { DAY } from './calendar.ts';
import type { Contact } from './customer.ts';
import { type Random, uniform } from './random.ts';
import { drawVisit, type Season } from './visits.ts';

/** An event in the making; `at` in milliseconds since 1970. */
export interface Draft {
  type: string;
  at: number;
  properties: Record<string, unknown>;
  /** USD. */
  amount?: number;
  itemId?: string;
}

export interface Traveller {
  random: Random;
  account: Account;
  contact: Contact;
  season: Season;
}

/** What happens on the `count`th visit, which begins `at`; in order of cause, the first event at `at`. */
export type Visit = (at: number, count: number) => Draft[];

/**
 * Exactly `budget` (2 or more) events of an account: the sign-up, then visits until the budget is spent.
 * The last event is kept for a sign of life near the end of the account where none came by itself.
 */
export function travel(traveller: Traveller, budget: number, signUp: Draft, visit: Visit): Draft[] {
  const { account } = traveller;
  const nearEnd = account.until - (account.churn === null ? 80 : 10) * DAY;
  const drafts = [signUp];
  let seen = account.since >= nearEnd;
  for (let count = 0; drafts.length < budget; count += 1) {
    const overdue = !seen && drafts.length === budget - 1;
    const happened = visit(visitTime(traveller, count, overdue ? nearEnd : account.since), count);
    const room = budget - drafts.length - (seen || overdue ? 0 : 1);
    const kept = happened.filter(({ at }) => at <= account.until).slice(0, room);
    seen ||= kept.some(({ at }) => at >= nearEnd);
    drafts.push(...kept);
  }
  return drafts;
}

/** The first visit comes within days of the sign-up. */
function visitTime(
  { random, account, contact, season }: Traveller,
  count: number,
  earliest: number,
): number {
  const { since, until } = account;
  const from = Math.max(since, earliest);
  const to = count === 0 && from === since ? Math.min(until, since + 4 * DAY) : until;
  return drawVisit(random, account, season, contact.offset, from, to);
}

/** A clock that moves on by 10 to 240 seconds whenever it is read. */
export function createStopwatch(random: Random, at: number): () => number {
  let time = at;
  return () => {
    const before = time;
    time += Math.round(uniform(random, 10_000, 240_000));
    return before;
  };
}

export function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
