import type { Account } from './account.ts';
import { DAY } from './calendar.ts';
import { phrases, readLexicon } from './lexicon.ts';
import type { Person } from './person.ts';
import {
  chance,
  createRandom,
  integer,
  pick,
  type Random,
  sample,
  uniform,
  weighted,
  weightedItem,
} from './random.ts';
import type { DemoCustomer, DemoIdentity, DemoOptions, DemoTrait } from './world.ts';

const NAMES = readLexicon('names');

/** What is known of a person's outside: the same in every domain they are in. */
export interface Contact {
  name: string;
  city: { en: string; zh: string };
  country: string;
  /** Hours ahead of UTC, no daylight saving. */
  offset: number;
  email: string;
  phone: string | null;
  devices: string[];
}

/** Invented: addresses at the reserved example domains, telephone numbers that are never assigned. */
export function createContact(seed: number, person: Person): Contact {
  const random = createRandom(seed, `contact:${person.id}`);
  const number = Number(person.id.slice(1));
  const { name, latin } = drawName(random, person);
  const [en = '', zh = '', country = '', offset = '0'] = weightedItem(
    random,
    phrases(NAMES, `city.${person.region}`).map((line) => line.split('|')),
    (fields) => Number(fields[4]),
  );
  const host = pick(random, ['example.com', 'example.com', 'example.org', 'example.net']);
  return {
    name,
    city: { en, zh },
    country,
    offset: Number(offset),
    email: `${latin}.${String(number).padStart(4, '0')}@${host}`,
    phone: chance(random, 0.8) ? phoneNumber(person, number) : null,
    devices: sample(
      random,
      ['ios', 'android', 'web'],
      weighted(random, { 1: 6, 2: 3, 3: 1 }) === '1' ? 1 : 2,
    ).map((system) => `${system}-${hex(random)}${number.toString(16).padStart(4, '0')}`),
  };
}

function drawName(random: Random, person: Person): { name: string; latin: string } {
  const family = pick(random, phrases(NAMES, `${person.language}.family`)).split(' ');
  const given = pick(random, phrases(NAMES, `${person.language}.given.${person.gender}`)).split(
    ' ',
  );
  const latin = `${given.at(-1)}.${family.at(-1)}`.toLowerCase();
  const name = person.language === 'zh' ? `${family[0]}${given[0]}` : `${given[0]} ${family[0]}`;
  return { name, latin };
}

/** 555-01xx is kept for fiction in North America; Chinese mobile numbers never begin with 10. */
function phoneNumber(person: Person, number: number): string {
  const digits = String(number).padStart(5, '0');
  if (person.region === 'cn') return `+86 100 55${digits.slice(0, 2)} 0${digits.slice(2)}`;
  const area = 201 + (Math.floor(number / 100) % 780);
  return `+1 ${area} 555 01${digits.slice(-2)}`;
}

function hex(random: Random): string {
  return integer(random, 0, 0xfffffff).toString(16).padStart(7, '0');
}

/** The account as the outside sees it: traits with gaps, as forms left half empty have them. */
export function createCustomer(
  options: DemoOptions,
  account: Account,
  contact: Contact,
): DemoCustomer {
  const random = createRandom(options.seed, `customer:${account.ref}`);
  const history = traitHistory(random, account, contact, options.now);
  return {
    ref: account.ref,
    domain: account.domain,
    identities: identitiesOf(random, account, contact),
    traits: Object.fromEntries(history.map(({ name, value }) => [name, value])),
    traitHistory: history,
    firstSeenAt: new Date(account.since),
  };
}

function identitiesOf(random: Random, account: Account, contact: Contact): DemoIdentity[] {
  const devices = contact.devices.filter((_, index) => index === 0 || chance(random, 0.7));
  return [
    { kind: 'user_id', value: account.ref },
    { kind: 'email', value: contact.email },
    ...(contact.phone === null ? [] : [{ kind: 'phone' as const, value: contact.phone }]),
    ...devices.map((value) => ({ kind: 'device' as const, value })),
  ];
}

const CHANNELS = {
  retail: { search: 4, social: 3, referral: 2, marketplace: 2, store: 1 },
  finance: { branch: 3, app_store: 3, referral: 3, payroll: 2, search: 1 },
} as const;

/** What was filled in at sign-up, then the membership tier as it rose and a move for a few. */
function traitHistory(random: Random, account: Account, contact: Contact, now: Date): DemoTrait[] {
  const { person, since, domain } = account;
  // The age band is as of the end of the history: who has their birthday still to come is not modelled.
  const year = now.getUTCFullYear();
  const traits: Record<string, unknown> = {
    name: contact.name,
    city: contact.city.en,
    country: contact.country,
    language: person.language,
    signupChannel: weighted<string>(random, CHANNELS[domain]),
    tier: 'basic',
  };
  if (chance(random, 0.8)) traits.gender = person.gender;
  if (chance(random, domain === 'retail' ? 0.55 : 0.75)) traits.birthYear = year - person.age;
  if (chance(random, 0.9)) traits.marketingConsent = chance(random, 0.6);
  const at = new Date(since);
  const filled = Object.entries(traits).map(([name, value]) => ({ name, value, at }));
  return [...filled, ...tiers(random, account)];
}

/** Busy customers climb: silver within the first half of their time, gold in the second. */
function tiers(random: Random, account: Account): DemoTrait[] {
  const span = account.until - account.since;
  const at = (from: number, to: number) =>
    new Date(Math.round(uniform(random, account.since + from * span, account.since + to * span)));
  if (account.weight < 1 || span < 60 * DAY) return [];
  const silver = { name: 'tier', value: 'silver', at: at(0.1, 0.5) };
  return account.weight < 2.5
    ? [silver]
    : [silver, { name: 'tier', value: 'gold', at: at(0.5, 0.95) }];
}
