import { UnreadableRecord } from './read-value.ts';
import type { Row } from './row.ts';
import { type Read, readText } from './template.ts';

/** Reads an instant. @throws Error when the format or the zone is none. */
export function readTime(time: { value: string; format: string; zone: string }): Read<Date> {
  const read = readText(time.value);
  const parse = parser(time.format, offsetIn(time.zone));
  // Lines of one invoice share their time, and dates are dear to read.
  let last: { text: string; instant: Date } | undefined;
  return (row: Row) => {
    const text = read(row).trim();
    if (last?.text === text) return last.instant;
    const instant = parse(text);
    if (instant && !Number.isNaN(instant.getTime())) {
      last = { text, instant };
      return instant;
    }
    throw new UnreadableRecord(
      `${time.value} is not a time (${time.format}): ${JSON.stringify(text)}`,
    );
  };
}

type Offset = (utc: number) => number;

function parser(format: string, offset: Offset): (text: string) => Date | undefined {
  const number = (text: string) => (text === '' ? Number.NaN : Number(text));
  if (format === 'unix') return (text) => new Date(number(text) * 1000);
  if (format === 'unix-ms') return (text) => new Date(number(text));
  if (format === 'iso') return (text) => parseIso(text, offset);
  return parsePattern(format, offset);
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?\s*([Zz]|[+-]\d\d:?\d\d)?)?$/;

/** ISO 8601; one without an offset is in the mapping's zone. */
function parseIso(text: string, offset: Offset): Date | undefined {
  const parts = ISO.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = 0, zone] = parts;
  const local = utc([year, month, day, hour, minute, second].map(Number), Number(fraction) * 1000);
  if (local === undefined) return undefined;
  return zone ? new Date(local - zoneMinutes(zone) * 60_000) : fromLocal(local, offset);
}

function zoneMinutes(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours = 0, minutes = 0] = [zone.slice(1, 3), zone.slice(-2)].map(Number);
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

const FIELDS = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss', 'SSS'];

function parsePattern(pattern: string, offset: Offset): (text: string) => Date | undefined {
  const order: string[] = pattern.match(/yyyy|MM|dd|HH|mm|ss|SSS/g) ?? [];
  if (!order.includes('yyyy')) {
    throw new Error(
      `"${pattern}" is no time format: use iso, unix, unix-ms or a pattern with yyyy`,
    );
  }
  // Where something parts the fields, leading zeros may be missing: 1/12/2010 8:26.
  const parted = !/(yyyy|MM|dd|HH|mm|ss|SSS){2}/.test(pattern);
  const digits = (field: string) =>
    parted && field !== 'yyyy' ? `(\\d{1,${field.length}})` : `(\\d{${field.length}})`;
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/yyyy|MM|dd|HH|mm|ss|SSS/g, digits);
  const shape = new RegExp(`^${source}$`);
  return (text) => {
    const parts = shape.exec(text);
    if (!parts) return undefined;
    const found = FIELDS.map((field) => Number(parts[order.indexOf(field) + 1] ?? Number.NaN));
    const given = FIELDS.map((field, at) =>
      order.includes(field) ? (found[at] ?? 0) : at === 1 || at === 2 ? 1 : 0,
    );
    const local = utc(given.slice(0, 6), given[6] ?? 0);
    return local === undefined ? undefined : fromLocal(local, offset);
  };
}

/** The parts as if they were UTC; undefined when they are no date (30 February, 25 o'clock). */
function utc(parts: number[], milliseconds: number): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const time = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  const date = new Date(time);
  const same =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour;
  return same && minute < 60 && second < 60 ? time : undefined;
}

/** A wall clock's time as an instant. In the hour that a zone has twice it is one of the two. */
function fromLocal(local: number, offset: Offset): Date {
  const guess = local - offset(local);
  return new Date(local - offset(guess));
}

function offsetIn(zone: string): Offset {
  if (zone === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => {
    const parts = Object.fromEntries(
      format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
  };
}
