import { isPrivate } from '../private-traits.ts';
import { remember } from '../remember.ts';
import type { CustomerEvent, CustomerWriting, FactValue } from './facts.ts';
import type { Words } from './words.ts';

const LONGEST_VALUE = 40;
const MOST_PROPERTIES = 3;
/** What is left of a text: enough to tell what it is about, so that others fit in too. */
const LONGEST_TEXT = { zh: 80, en: 240 } as const;

/** `signupChannel` and `signup_channel` as people write it, in the template's language where known. */
export function nameOf(words: Words, name: string): string {
  const plain = plainName(name);
  return words.names[plain] ?? plain;
}

const plainName = remember((name) =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_.-]+/g, ' ')
    .trim()
    .toLowerCase(),
);

/** `name value`, or nothing where it is private, too long or no plain value. */
export function pairOf(words: Words, name: string, value: unknown): string | undefined {
  if (isPrivate(name)) return undefined;
  const shown = show(words, value as FactValue);
  return shown === undefined ? undefined : `${nameOf(words, name)} ${shown}`;
}

function show(words: Words, value: FactValue): string | undefined {
  if (Array.isArray(value)) {
    const items = value.flatMap((item: FactValue) => show(words, item) ?? []);
    return items.length === 0 || items.length < value.length ? undefined : items.join(', ');
  }
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.replaceAll(/\s+/g, ' ').trim();
  return text === '' || text.length > LONGEST_VALUE ? undefined : text;
}

/** Two digits: what differs by less differs by chance, and the text stays the same from day to day. */
export const roughly = (value: number): number => Number(value.toPrecision(2));

/** `3 days earlier`; nothing on the day of the last event. */
function ageOf(words: Words, days: number): string {
  if (days < 1) return '';
  if (days < 14) return words.earlier(Math.floor(days), 'day');
  if (days < 60) return words.earlier(Math.floor(days / 7), 'week');
  if (days < 730) return words.earlier(Math.floor(days / 30), 'month');
  return words.earlier(Math.floor(days / 365), 'year');
}

/** `3 days earlier order 130 USD, category shoes`. */
export function eventPhrase(words: Words, event: CustomerEvent): string {
  const { amount, currency, properties } = event;
  const sum = amount === null ? [] : [`${roughly(amount)}${currency ? ` ${currency}` : ''}`];
  const pairs = Object.keys(properties)
    .sort()
    .flatMap((name) => pairOf(words, name, properties[name]) ?? [])
    .slice(0, MOST_PROPERTIES);
  const head = [ageOf(words, event.daysEarlier), nameOf(words, event.type), ...sum];
  return [head.filter((part) => part !== '').join(' '), ...pairs].join(', ');
}

/** `3 days earlier review "..."`. */
export function writingPhrase(words: Words, writing: CustomerWriting, locale: 'zh' | 'en'): string {
  const plain = writing.text.replaceAll(/\s+/g, ' ').trim();
  const head = [ageOf(words, writing.daysEarlier), nameOf(words, writing.type)];
  return `${head.filter((part) => part !== '').join(' ')} "${clip(plain, LONGEST_TEXT[locale])}"`;
}

/** Whole signs and placeholders; whole words where a blank is near. */
function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most).replace(/[\ud800-\udbff]$|\[[A-Z]{0,7}$/, '');
  const blank = cut.lastIndexOf(' ');
  return `${blank > most * 0.8 ? cut.slice(0, blank) : cut}...`;
}
