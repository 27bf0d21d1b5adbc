import { DAY, HISTORY_DAYS } from './calendar.ts';
import { createPerson, type Person } from './person.ts';
import {
  chance,
  createRandom,
  exponential,
  logNormal,
  type Random,
  uniform,
  weighted,
} from './random.ts';
import type { DemoDomain, DemoOptions } from './world.ts';

export type ChurnReason = 'price' | 'quality' | 'service' | 'competitor' | 'life_change';

/** Why and when someone stopped; silent churners never say so. */
export interface Churn {
  reason: ChurnReason;
  silent: boolean;
}

/** A person in one domain: the customer-to-be. Times are milliseconds since 1970. */
export interface Account {
  ref: string;
  domain: DemoDomain;
  person: Person;
  since: number;
  /** Nothing happens later: the end of the history, or of the relation where `churn` is set. */
  until: number;
  churn: Churn | null;
  /** Relative number of events. */
  weight: number;
}

const QUIET_DAYS = 120;
const SHARED = 0.2;
const RETAIL = 2 / 3;

/** All accounts, oldest first within each domain; a fifth of the people hold one in both. */
export function createAccounts(options: DemoOptions): Account[] {
  const shared = Math.floor(options.people * SHARED);
  const retailOnly = Math.round((options.people - 2 * shared) * RETAIL);
  const persons = options.people - shared;
  const accounts: Account[] = [];
  for (let index = 0; index < persons; index += 1) {
    const person = createPerson(options.seed, index);
    if (index < shared + retailOnly) accounts.push(openAccount(options, person, 'retail'));
    if (index < shared || index >= shared + retailOnly) {
      accounts.push(openAccount(options, person, 'finance'));
    }
  }
  return [...number(accounts, 'retail'), ...number(accounts, 'finance')];
}

/** References grow with the sign-up time, as a real shop's customer numbers do. */
function number(accounts: readonly Account[], domain: DemoDomain): Account[] {
  return accounts
    .filter((account) => account.domain === domain)
    .sort((a, b) => a.since - b.since || (a.person.id < b.person.id ? -1 : 1))
    .map((account, index) => ({
      ...account,
      ref: `${domain[0]}${String(index + 1).padStart(5, '0')}`,
    }));
}

function openAccount(options: DemoOptions, person: Person, domain: DemoDomain): Account {
  const random = createRandom(options.seed, `account:${person.id}:${domain}`);
  const now = options.now.getTime();
  const start = now - HISTORY_DAYS * DAY;
  // A launch campaign brings the first customers; the rest come evenly, the last a few days ago.
  const since = Math.round(
    chance(random, 0.15)
      ? start + Math.min(exponential(random, 12 * DAY), 60 * DAY)
      : uniform(random, start, now - 5 * DAY),
  );
  const churn = churnOf(random, person, domain, since, now);
  const until = churn === null ? now : churnTime(random, since, now);
  const lifetime = (until - since) / (HISTORY_DAYS * DAY);
  const weight = logNormal(random, 1, 1) * (0.15 + lifetime ** 0.7);
  return { ref: '', domain, person, since, until, churn, weight };
}

function churnOf(
  random: Random,
  person: Person,
  domain: DemoDomain,
  since: number,
  now: number,
): Churn | null {
  const careful = person.priceSensitivity === 'high' ? 0.1 : 0;
  const risk = (domain === 'retail' ? 0.3 : 0.2) - 0.09 * person.positivity + careful;
  const leaves = chance(random, Math.min(0.75, Math.max(0.04, risk)));
  const silent = chance(random, 0.55);
  const reason = weighted(random, {
    price:
      person.priceSensitivity === 'high' ? 4 : person.priceSensitivity === 'medium' ? 1.5 : 0.4,
    quality: 1.6,
    service: 1.5,
    competitor: 1.5,
    life_change: person.lifeStage === 'new_parent' || person.lifeStage === 'senior' ? 2 : 0.8,
  });
  return leaves && since < now - (QUIET_DAYS + 60) * DAY ? { reason, silent } : null;
}

/** At least 30 days in and at least `QUIET_DAYS` ago, rather lately than long ago. */
function churnTime(random: Random, since: number, now: number): number {
  const latest = now - QUIET_DAYS * DAY;
  return Math.round(Math.max(since + 30 * DAY, latest - exponential(random, 110 * DAY)));
}
