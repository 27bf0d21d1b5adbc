import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createAccounts } from '../../prisma/seed/account.ts';
import { generateDemo } from '../../prisma/seed/generate.ts';
import type { DemoWorld } from '../../prisma/seed/world.ts';
import { demoOptions, demoWorld, eventsByCustomer, labelsOf } from './demo.ts';

const DAY = 86_400_000;
const small = { ...demoOptions, people: 150, events: 3000, texts: 300 };

function digest(world: DemoWorld): string {
  return createHash('sha256').update(JSON.stringify(world)).digest('hex');
}

describe('generateDemo', () => {
  it('makes the same world from the same options', () => {
    expect(digest(generateDemo(small))).toBe(digest(generateDemo(small)));
  });

  it('makes another world from another seed', () => {
    expect(digest(generateDemo({ ...small, seed: 1 }))).not.toBe(digest(generateDemo(small)));
  });

  it('makes as many customers, events and texts as asked for', () => {
    const { customers, events } = demoWorld();
    expect(customers).toHaveLength(2000);
    expect(events).toHaveLength(60_000);
    expect(events.filter(({ text }) => text !== undefined)).toHaveLength(8000);
  });

  it('refuses more texts than the events can carry', () => {
    expect(() => generateDemo({ ...small, texts: 2000 })).toThrow(RangeError);
  });

  it('puts every event within the two years before now, after the sign-up', () => {
    const firstSeen = new Map(
      demoWorld().customers.map(({ ref, firstSeenAt }) => [ref, firstSeenAt.getTime()]),
    );
    const outside = demoWorld().events.filter(({ customerRef, occurredAt }) => {
      const at = occurredAt.getTime();
      const from = Math.max(
        firstSeen.get(customerRef) ?? Number.NaN,
        demoOptions.now.getTime() - 731 * DAY,
      );
      return !(at >= from && at <= demoOptions.now.getTime());
    });
    expect(outside).toEqual([]);
  });

  it('begins every history with the sign-up, at the time the customer was first seen', () => {
    const events = eventsByCustomer();
    for (const { ref, domain, firstSeenAt } of demoWorld().customers) {
      const first = events.get(ref)?.[0];
      expect(first?.type).toBe(domain === 'retail' ? 'signup' : 'account_opened');
      expect(first?.occurredAt).toEqual(firstSeenAt);
    }
  });

  it('gives each message its own id and each name one customer of a domain', () => {
    const { customers, events } = demoWorld();
    expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(events.length);
    const names = customers.flatMap(({ domain, identities }) =>
      identities.map(({ kind, value }) => `${domain} ${kind} ${value}`),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('uses reserved e-mail domains only', () => {
    const hosts = demoWorld().customers.flatMap(({ identities }) =>
      identities.filter(({ kind }) => kind === 'email').map(({ value }) => value.split('@')[1]),
    );
    expect(new Set(hosts)).toEqual(new Set(['example.com', 'example.org', 'example.net']));
  });

  it('leaves some traits out and folds the rest from their history', () => {
    const { customers } = demoWorld();
    const known = customers.filter(({ traits }) => 'birthYear' in traits).length / customers.length;
    expect(known).toBeGreaterThan(0.5);
    expect(known).toBeLessThan(0.8);
    for (const { traits, traitHistory } of customers) {
      const byTime = [...traitHistory].sort((a, b) => a.at.getTime() - b.at.getTime());
      expect(Object.fromEntries(byTime.map(({ name, value }) => [name, value]))).toEqual(traits);
    }
  });
});

describe('people in both domains', () => {
  const byEmail = new Map<string, string[]>();
  for (const { ref, identities } of demoWorld().customers) {
    const email = identities.find(({ kind }) => kind === 'email')?.value ?? '';
    byEmail.set(email, [...(byEmail.get(email) ?? []), ref]);
  }
  const shared = [...byEmail.values()].filter((refs) => refs.length > 1);

  it('are a fifth of the customers, one of each domain', () => {
    expect(shared).toHaveLength(400);
    for (const refs of shared) expect(refs.map((ref) => ref.charAt(0)).sort()).toEqual(['f', 'r']);
  });

  it('have the same telephone number and the same latents in both', () => {
    const customers = new Map(demoWorld().customers.map((customer) => [customer.ref, customer]));
    const phoneOf = (ref = '') =>
      customers.get(ref)?.identities.find(({ kind }) => kind === 'phone')?.value;
    const occupations = new Map(
      labelsOf('occupation').map(({ customerRef, value }) => [customerRef, value]),
    );
    for (const [one = '', other = ''] of shared) {
      expect(phoneOf(one)).toBe(phoneOf(other));
      expect(occupations.get(one)).toBe(occupations.get(other));
    }
  });
});

describe('labels', () => {
  it('say what the persona is', () => {
    const persons = new Map(createAccounts(demoOptions).map(({ ref, person }) => [ref, person]));
    const tasks = {
      age_band: 'ageBand',
      occupation: 'occupation',
      life_stage: 'lifeStage',
      price_sensitivity: 'priceSensitivity',
      risk_preference: 'riskPreference',
    } as const;
    for (const [task, key] of Object.entries(tasks)) {
      expect(labelsOf(task)).toHaveLength(2000);
      const wrong = labelsOf(task).filter(
        ({ customerRef, value }) => value !== persons.get(customerRef)?.[key],
      );
      expect(wrong).toEqual([]);
    }
  });

  it('name an age band that the birth year is in', () => {
    const bands = new Map(
      labelsOf('age_band').map(({ customerRef, value }) => [customerRef, String(value)]),
    );
    for (const { ref, traits } of demoWorld().customers) {
      if (typeof traits.birthYear !== 'number') continue;
      const [from, to] = (bands.get(ref) ?? '').replace('+', '-120').split('-').map(Number);
      expect(2026 - traits.birthYear).toBeGreaterThanOrEqual(from ?? Number.NaN);
      expect(2026 - traits.birthYear).toBeLessThanOrEqual(to ?? Number.NaN);
    }
  });

  it('call churned those, and those only, who are silent for the 90 days after', () => {
    const events = eventsByCustomer();
    for (const { customerRef, value, at } of labelsOf('churned')) {
      const after = (events.get(customerRef) ?? []).filter(
        ({ occurredAt }) => occurredAt > at && occurredAt.getTime() <= at.getTime() + 90 * DAY,
      );
      expect(after.length === 0).toBe(value);
      expect(at.getTime() + 90 * DAY).toBeLessThanOrEqual(demoOptions.now.getTime());
    }
  });

  it('give a reason to every one who left, long before now, and to nobody else', () => {
    const events = eventsByCustomer();
    const left = labelsOf('churned').filter(({ value }) => value === true);
    expect(labelsOf('churn_reason').map(({ customerRef }) => customerRef)).toEqual(
      left.map(({ customerRef }) => customerRef),
    );
    expect(left.length).toBeGreaterThan(250);
    for (const { customerRef } of left) {
      const last = events.get(customerRef)?.at(-1)?.occurredAt.getTime() ?? Number.NaN;
      expect(last).toBeLessThanOrEqual(demoOptions.now.getTime() - 120 * DAY);
    }
  });

  it('tell the mood of every text, at the time of the text', () => {
    const moods = new Map(labelsOf('sentiment').map((label) => [label.messageId, label]));
    const texts = demoWorld().events.filter(({ text }) => text !== undefined);
    const unlike = texts.filter(
      ({ messageId, occurredAt }) => moods.get(messageId)?.at !== occurredAt,
    );
    expect(unlike).toEqual([]);
    expect(moods.size).toBe(texts.length);
    const chats = texts.filter(({ type }) => type === 'support_chat');
    expect(labelsOf('intent')).toHaveLength(chats.length);
  });
});
