import { type RowText, toRowText } from './cut.ts';
import type { Prepared } from './prepare.ts';
import type { RowsDeps } from './request.ts';
import { lastTexts, textsOfEvents, type Written } from './written.ts';

/** The text of a row. */
export interface Source {
  /** Stays the same when the rows are drawn again. */
  readonly id: string;
  /** As it was written; what places in a sequence's label refer to. */
  readonly original?: string;
  /** As a model reads it; absent where nobody wrote anything. */
  readonly text?: RowText;
}

/** How many of a customer's last texts stand for the customer. */
export const LAST_TEXTS = 5;

/** What subjects wrote, in their order: about the event asked about, or the customer's last texts. */
export async function writtenSources(
  { db }: RowsDeps,
  subjects: readonly Prepared[],
): Promise<Source[]> {
  const events = await textsOfEvents(db, subjects);
  const about = subjects.filter(({ event }) => !event);
  const last = await lastTexts(db, about, LAST_TEXTS);
  const ofCustomer = new Map(about.map((subject, index) => [subject, last[index] ?? []]));
  return subjects.map((subject, index) => {
    const written = events[index] ? [events[index]] : (ofCustomer.get(subject) ?? []);
    return toSource(idOf(subject), written, subject);
  });
}

function toSource(id: string, written: readonly Written[], { known }: Prepared): Source {
  const original = written.map(({ text }) => text).join('\n');
  const text = toRowText(original, known);
  return text.text === '' ? { id } : { id, original, text };
}

/** A label's own id, or the customer's. */
export const idOf = ({ customerId, label }: Prepared): string =>
  label?.id ? `label:${label.id}` : `customer:${customerId}`;
