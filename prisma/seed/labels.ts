import type { Account } from './account.ts';
import { DAY } from './calendar.ts';
import { createRandom, pick, type Random, uniform } from './random.ts';
import type { DemoEvent, DemoLabel } from './world.ts';

/** Silence for this long after a label's `at` is what its task `churned` means. */
export const CHURN_DAYS = 90;

/** The latents of an account, `events` being its own by time. See README.md for the tasks. */
export function customerLabels(
  seed: number,
  account: Account,
  events: readonly DemoEvent[],
  now: Date,
): DemoLabel[] {
  const random = createRandom(seed, `labels:${account.ref}`);
  const label = (task: string, value: unknown, at: number): DemoLabel => ({
    domain: account.domain,
    customerRef: account.ref,
    task,
    value,
    at: new Date(at),
  });
  const surveyed = surveyTime(random, account, events);
  const attributes = Object.entries(attributesOf(account)).map(([task, value]) =>
    label(task, value, surveyed),
  );
  const observed = observationTime(random, account, events, now.getTime());
  const churned = observed === null ? [] : [label('churned', account.churn !== null, observed)];
  const reason =
    account.churn === null ? [] : [label('churn_reason', account.churn.reason, account.until)];
  return [...attributes, ...churned, ...reason];
}

function attributesOf({ person }: Account) {
  return {
    age_band: person.ageBand,
    occupation: person.occupation,
    life_stage: person.lifeStage,
    price_sensitivity: person.priceSensitivity,
    risk_preference: person.riskPreference,
    interests: [...person.interests].sort(),
  };
}

/** Some time in the later part of what happened: there is a past to tell the attributes from. */
function surveyTime(random: Random, account: Account, events: readonly DemoEvent[]): number {
  const last = events.at(-1)?.occurredAt.getTime() ?? account.until;
  return Math.round(uniform(random, account.since + 0.5 * (last - account.since), last));
}

/**
 * When the question "will there be silence for 90 days?" is put: for a leaver within a month after
 * the last event, for others within two months before one, so that recency alone does not answer it.
 * Null where the answer is not known yet.
 */
function observationTime(
  random: Random,
  account: Account,
  events: readonly DemoEvent[],
  now: number,
): number | null {
  const latest = now - CHURN_DAYS * DAY;
  const times = events.map(({ occurredAt }) => occurredAt.getTime());
  const last = times.at(-1) ?? account.until;
  if (account.churn !== null)
    return Math.round(Math.min(latest, last + uniform(random, 0, 30) * DAY));
  const candidates = times
    .slice(1)
    .map((time) => Math.round(time - uniform(random, 0.1, 60) * DAY));
  const known = candidates.filter((time) => time > account.since && time <= latest);
  return known.length === 0 ? null : pick(random, known);
}

/** What the writer of a text felt, and for a chat wanted. */
export function textLabels(
  event: DemoEvent,
  sentiment: string,
  intent: string | undefined,
): DemoLabel[] {
  const { domain, customerRef, messageId, occurredAt: at } = event;
  const labels = [{ domain, customerRef, messageId, task: 'sentiment', value: sentiment, at }];
  if (intent !== undefined)
    labels.push({ domain, customerRef, messageId, at, task: 'intent', value: intent });
  return labels;
}
