import { type Account, createAccounts } from './account.ts';
import { allot } from './allot.ts';
import { createBank, createCatalogue, type Item } from './catalogue.ts';
import { type Contact, createContact, createCustomer } from './customer.ts';
import { bank } from './finance.ts';
import type { Draft } from './journey.ts';
import { customerLabels, textLabels } from './labels.ts';
import { INTERESTS } from './person.ts';
import { createRandom, logNormal } from './random.ts';
import { type Shelves, shop } from './retail.ts';
import { type TextDraft, writeTexts } from './texts.ts';
import { createSeason, type Season } from './visits.ts';
import type { DemoEvent, DemoLabel, DemoOptions, DemoWorld } from './world.ts';

/** What all accounts share. */
interface Setting {
  options: DemoOptions;
  shelves: Shelves;
  items: ReadonlyMap<string, Item>;
  bank: ReturnType<typeof createBank>;
  seasons: ReadonlyMap<string, Season>;
}

const LEAST_EVENTS = 2;

/**
 * A made-up shop and bank with two years of history up to `options.now`, from latent personas:
 * exactly `people` customers and `events` events, `texts` of them with a text. Pure: same options,
 * same world. Throws RangeError where so many texts or events cannot be spread over the people.
 */
export function generateDemo(options: DemoOptions): DemoWorld {
  const setting = createSetting(options);
  const accounts = createAccounts(options);
  const budgets = allot(
    options.events,
    accounts.map(({ weight }) => weight),
    LEAST_EVENTS,
  );
  const talk = accounts.map(
    (account, index) => (budgets[index] ?? 0) * talkativeness(options.seed, account),
  );
  const texts = allot(options.texts, talk, 0, (index) =>
    Math.floor(((budgets[index] ?? 0) - 1) / 2),
  );
  const world: DemoWorld = { customers: [], events: [], labels: [] };
  for (const [index, account] of accounts.entries()) {
    const contact = createContact(options.seed, account.person);
    const life = live(setting, account, contact, budgets[index] ?? 0, texts[index] ?? 0);
    world.customers.push(createCustomer(options, account, contact));
    for (const event of life.events) world.events.push(event);
    world.labels.push(
      ...life.labels,
      ...customerLabels(options.seed, account, life.events, options.now),
    );
  }
  world.events.sort(
    (a, b) =>
      a.occurredAt.getTime() - b.occurredAt.getTime() || (a.messageId < b.messageId ? -1 : 1),
  );
  return world;
}

function createSetting(options: DemoOptions): Setting {
  const items = createCatalogue(options.seed);
  const seasons = (['retail', 'finance'] as const).flatMap((domain) =>
    (['cn', 'west'] as const).map(
      (region) => [`${domain}:${region}`, createSeason(options.now, domain, region)] as const,
    ),
  );
  return {
    options,
    shelves: new Map(
      INTERESTS.map((each) => [each, items.filter(({ category }) => category === each)]),
    ),
    items: new Map(items.map((item) => [item.id, item])),
    bank: createBank(),
    seasons: new Map(seasons),
  };
}

/** Who writes at all, and how much: long-tailed as well. */
function talkativeness(seed: number, { ref }: Account): number {
  return logNormal(createRandom(seed, `talk:${ref}`), 1, 0.8);
}

/** Everything that happens to one account, by time, with the labels of its texts. */
function live(
  setting: Setting,
  account: Account,
  contact: Contact,
  budget: number,
  textCount: number,
) {
  const { seed } = setting.options;
  const { domain, person, ref } = account;
  const season = setting.seasons.get(`${domain}:${person.region}`);
  if (season === undefined) throw new Error(`No season for ${domain}:${person.region}`);
  const traveller = { random: createRandom(seed, `journey:${ref}`), account, contact, season };
  const drafts: Draft[] =
    domain === 'retail'
      ? shop(traveller, setting.shelves, budget - textCount)
      : bank(traveller, setting.bank, budget - textCount);
  const writer = {
    random: createRandom(seed, `texts:${ref}`),
    account,
    contact,
    items: setting.items,
    liked: person.interests.flatMap((interest) => setting.shelves.get(interest) ?? []),
    ...setting.bank,
  };
  const texts = writeTexts(writer, drafts, textCount);
  return settle(account, [...drafts, ...texts]);
}

/** Drafts by time become events; ids count up within the account. */
function settle(account: Account, drafts: readonly (Draft | TextDraft)[]) {
  const events: DemoEvent[] = [];
  const labels: DemoLabel[] = [];
  const byTime = [...drafts].sort((a, b) => a.at - b.at);
  for (const [index, draft] of byTime.entries()) {
    const event = toEvent(account, draft, index + 1);
    events.push(event);
    if ('sentiment' in draft) labels.push(...textLabels(event, draft.sentiment, draft.intent));
  }
  return { events, labels };
}

function toEvent({ domain, ref }: Account, draft: Draft | TextDraft, number: number): DemoEvent {
  const event: DemoEvent = {
    domain,
    customerRef: ref,
    messageId: `demo-${ref}-${String(number).padStart(4, '0')}`,
    type: draft.type,
    occurredAt: new Date(draft.at),
    properties: draft.properties,
  };
  if ('text' in draft) event.text = draft.text;
  if (draft.itemId !== undefined) event.itemId = draft.itemId;
  if (draft.amount !== undefined) {
    event.amount = draft.amount;
    event.currency = 'USD';
  }
  return event;
}
