import type { Account } from './account.ts';
import { DAY, HOUR } from './calendar.ts';
import type { Item, Merchant, Product } from './catalogue.ts';
import { composeChat, composeReview, type Message } from './compose.ts';
import type { Contact } from './customer.ts';
import { type Intent, intentWeights, moodWeights } from './intents.ts';
import type { Draft } from './journey.ts';
import { addNoise } from './noise.ts';
import {
  chance,
  exponential,
  integer,
  normal,
  pick,
  type Random,
  uniform,
  weighted,
} from './random.ts';
import type { Language, Sentiment } from './world.ts';

/** A review or chat in the making, with what its writer felt and wanted. */
export interface TextDraft extends Draft {
  text: string;
  sentiment: Sentiment;
  /** Of chats alone. */
  intent?: Intent;
}

export interface Writer {
  random: Random;
  account: Account;
  contact: Contact;
  items: ReadonlyMap<string, Item>;
  products: readonly Product[];
  merchants: readonly Merchant[];
}

/** `count` texts about what happened to the account; a leaver who is not silent ends with saying why. */
export function writeTexts(writer: Writer, happened: readonly Draft[], count: number): TextDraft[] {
  const { random, account } = writer;
  const orders = happened.filter(({ type }) => type === 'order');
  const texts: TextDraft[] = [];
  if (count > 0 && account.churn !== null && !account.churn.silent) texts.push(farewell(writer));
  while (texts.length < count) {
    const order = chance(random, 0.72)
      ? orders.splice(integer(random, 0, orders.length - 1), 1)[0]
      : undefined;
    if (order !== undefined) texts.push(review(writer, order));
    else if (account.domain === 'finance' && chance(random, 0.35))
      texts.push(review(writer, pick(random, happened)));
    else texts.push(chat(writer, pick(random, happened)));
  }
  return texts;
}

/** After some days with the item; stars follow the sentiment, not quite. */
function review(writer: Writer, about: Draft): TextDraft {
  const { random, account } = writer;
  const item = writer.items.get(about.itemId ?? '');
  const sentiment = judge(writer, about, item?.quality ?? -0.1);
  const message = compose(writer, sentiment, item);
  const stars = weighted(
    random,
    { positive: { 5: 7, 4: 3 }, neutral: { 4: 2, 3: 6, 2: 2 }, negative: { 1: 6, 2: 3, 3: 1 } }[
      sentiment
    ],
  );
  const subject = item
    ? { orderId: about.properties.orderId, category: item.category }
    : { channel: 'app_store' };
  return {
    ...{
      type: 'review',
      at: soon(writer, about.at, uniform(random, 1, 4) * DAY + exponential(random, 6 * DAY)),
    },
    ...(about.itemId === undefined || item === undefined ? {} : { itemId: about.itemId }),
    properties: { ...subject, rating: Number(stars), language: message.language },
    text: addNoise(
      random,
      composeReview(random, message),
      account.person,
      message.language,
      sentiment,
    ),
    sentiment,
  };
}

function chat(writer: Writer, about: Draft): TextDraft {
  const intent = weighted(
    writer.random,
    intentWeights(writer.account.domain, writer.account.person),
  );
  const sentiment = weighted(writer.random, moodWeights(intent));
  const at = soon(writer, about.at, exponential(writer.random, 20 * HOUR));
  return ask(writer, at, intent, sentiment, writer.items.get(about.itemId ?? ''));
}

/** The last weeks' message that names the reason to go. */
function farewell(writer: Writer): TextDraft {
  const { random, account } = writer;
  const at = Math.max(account.since, account.until - exponential(random, 8 * DAY));
  return ask(
    writer,
    Math.round(at),
    'close_account',
    chance(random, 0.8) ? 'negative' : 'neutral',
    undefined,
  );
}

function ask(
  writer: Writer,
  at: number,
  intent: Intent,
  sentiment: Sentiment,
  item: Item | undefined,
): TextDraft {
  const { random, account } = writer;
  const message = compose(writer, sentiment, item);
  const leaving = intent === 'close_account' ? (account.churn?.reason ?? null) : null;
  const text = composeChat(random, message, intent, leaving);
  return {
    ...{ type: 'support_chat', at, sentiment, intent },
    properties: {
      channel: weighted(random, { app: 5, web: 3, email: 1 }),
      language: message.language,
    },
    text: addNoise(random, text, account.person, message.language, sentiment),
  };
}

/** Quality as it struck this person; no discount annoys the careful, and leavers are sour. */
function judge({ random, account }: Writer, about: Draft, quality: number): Sentiment {
  const { person, churn, until } = account;
  const dear = person.priceSensitivity === 'high' && about.properties.coupon === false ? 0.5 : 0;
  const sour = churn !== null && !churn.silent && about.at > until - 90 * DAY ? 1.3 : 0;
  const score = normal(random, 0.45 + 0.9 * quality + 0.45 * person.positivity - dear - sour, 0.8);
  return score > 0.15 ? 'positive' : score > -0.55 ? 'neutral' : 'negative';
}

function soon({ account }: Writer, at: number, delay: number): number {
  return Math.round(Math.min(account.until, at + delay));
}

const WEEKDAYS = {
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  zh: ['周一', '周二', '周三', '周四', '周五', '周六', '周日'],
};
const PEAKS = {
  en: ['Black Friday', 'Cyber Monday', 'Christmas', '11.11'],
  zh: ['双十一', '618', '年货节', '双十二'],
};

function compose(writer: Writer, sentiment: Sentiment, item: Item | undefined): Message {
  const { random, account, contact } = writer;
  const { person, domain } = account;
  const other: Language = person.language === 'zh' ? 'en' : 'zh';
  const language = chance(random, 0.97) ? person.language : other;
  const subject = item ?? pick(random, [...writer.items.values()]);
  // Nobody writes the whole catalogue name every time.
  const name = subject.name[language];
  const slots = {
    item: chance(random, 0.8) ? shorten(name, language) : name,
    product: pick(random, writer.products).name[language],
    fund: productOf(writer, 'fund').name[language],
    loan: productOf(writer, 'loan').name[language],
    merchant: pick(random, writer.merchants).name[language],
    ...{
      days: String(integer(random, 2, 21)),
      weekday: pick(random, WEEKDAYS[language]),
      peak: pick(random, PEAKS[language]),
    },
    ...{
      city: contact.city[language],
      order: `#${integer(random, 10_000, 99_999)}`,
      amount: String(integer(random, 2, 90) * 10),
    },
    ...{ name: contact.name, email: contact.email, phone: contact.phone ?? contact.email },
  };
  return { domain, language, person, sentiment, slots };
}

function productOf({ random, products }: Writer, wanted: Product['kind']): Product {
  return pick(
    random,
    products.filter(({ kind }) => kind === wanted),
  );
}

function shorten(name: string, language: Language): string {
  return language === 'en'
    ? (name.split(' ').at(-1) ?? name)
    : name.replace(/^(基础款|实惠装|经典款|新款|加强款|专业版)/, '');
}
