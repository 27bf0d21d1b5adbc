import type { Account } from './account.ts';
import type { Item, Merchant, Product } from './catalogue.ts';
import type { Message } from './compose.ts';
import type { Contact } from './customer.ts';
import { chance, integer, pick, type Random } from './random.ts';
import type { Language, Sentiment } from './world.ts';

/** Someone about to write, and what there is to write about. */
export interface Writer {
  random: Random;
  account: Account;
  contact: Contact;
  items: ReadonlyMap<string, Item>;
  /** Items that the person might write about without having bought them: of their interests. */
  liked: readonly Item[];
  products: readonly Product[];
  merchants: readonly Merchant[];
}

const WEEKDAYS = {
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  zh: ['周一', '周二', '周三', '周四', '周五', '周六', '周日'],
};
const PEAKS = {
  en: ['Black Friday', 'Cyber Monday', 'Christmas', '11.11'],
  zh: ['双十一', '618', '年货节', '双十二'],
};

/** The facts of a text, in the writer's language but for a few. */
export function createMessage(
  writer: Writer,
  sentiment: Sentiment,
  item: Item | undefined,
): Message {
  const { random, account, contact } = writer;
  const { person, domain } = account;
  const other: Language = person.language === 'zh' ? 'en' : 'zh';
  const language = chance(random, 0.97) ? person.language : other;
  const name = (item ?? pick(random, writer.liked)).name[language];
  const slots = {
    // Nobody writes the whole catalogue name every time.
    item: chance(random, 0.8) ? shorten(name, language) : name,
    ...bankSlots(writer, language),
    days: String(integer(random, 2, 21)),
    weekday: pick(random, WEEKDAYS[language]),
    peak: pick(random, PEAKS[language]),
    city: contact.city[language],
    order: `#${integer(random, 10_000, 99_999)}`,
    amount: String(integer(random, 2, 90) * 10),
    name: contact.name,
    email: contact.email,
    phone: contact.phone ?? contact.email,
  };
  return { domain, language, person, sentiment, slots };
}

function bankSlots({ random, products, merchants, account }: Writer, language: Language) {
  const anyOf = (kind: Product['kind']) => products.filter((product) => product.kind === kind);
  const { interests } = account.person;
  const places = merchants.filter(
    ({ interest }) => interest === null || interests.includes(interest),
  );
  return {
    product: pick(random, products).name[language],
    fund: pick(random, anyOf('fund')).name[language],
    loan: pick(random, anyOf('loan')).name[language],
    merchant: pick(random, places).name[language],
  };
}

function shorten(name: string, language: Language): string {
  return language === 'en'
    ? (name.split(' ').at(-1) ?? name)
    : name.replace(/^(基础款|实惠装|经典款|新款|加强款|专业版)/, '');
}
