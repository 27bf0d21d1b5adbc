import { DAY, HOUR } from './calendar.ts';
import type { Item } from './catalogue.ts';
import { composeChat, composeReview } from './compose.ts';
import { type Intent, intentWeights, moodWeights } from './intents.ts';
import type { Draft } from './journey.ts';
import { createMessage, type Writer } from './message.ts';
import { addNoise } from './noise.ts';
import { chance, exponential, integer, normal, pick, uniform, weighted } from './random.ts';
import type { Sentiment } from './world.ts';

/** A review or chat in the making, with what its writer felt and wanted. */
export interface TextDraft extends Draft {
  text: string;
  sentiment: Sentiment;
  /** Of chats alone. */
  intent?: Intent;
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
  const message = createMessage(writer, sentiment, item);
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
    type: 'review',
    at: soon(writer, about.at, uniform(random, 1, 4) * DAY + exponential(random, 6 * DAY)),
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
  const message = createMessage(writer, sentiment, item);
  const leaving = intent === 'close_account' ? (account.churn?.reason ?? null) : null;
  const text = composeChat(random, message, intent, leaving);
  return {
    type: 'support_chat',
    at,
    sentiment,
    intent,
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
