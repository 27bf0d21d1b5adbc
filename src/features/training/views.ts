import { customerSources } from './customer-sources.ts';
import { toRowText } from './cut.ts';
import { lastEvents } from './history.ts';
import type { Prepared } from './prepare.ts';
import type { RowsDeps, RowsRequest } from './request.ts';
import type { Source } from './sources.ts';
import { lastTexts } from './written.ts';

/** One of several texts of a customer. */
export interface View {
  /** Milliseconds: when it was true. */
  readonly at: number;
  readonly source: Source;
}

/** Of so many last events, the one in the middle divides a customer's time in two. */
const RECENT = 20;

/** What each customer wrote, at most `most` texts, newest first; or the customer in words, now and before. */
export async function viewsOf(
  deps: RowsDeps,
  request: RowsRequest,
  subjects: readonly Prepared[],
  most: number,
): Promise<View[][]> {
  if (request.text === 'CUSTOMER') return customerViews(deps, request, subjects, most);
  const texts = await lastTexts(deps.db, subjects, most);
  return subjects.map(({ known }, index) =>
    (texts[index] ?? []).flatMap(({ eventId, occurredAt, text: original }): View[] => {
      const text = toRowText(original, known);
      if (text.text === '') return [];
      return [{ at: occurredAt, source: { id: `event:${eventId}`, original, text } }];
    }),
  );
}

async function customerViews(
  deps: RowsDeps,
  request: RowsRequest,
  subjects: readonly Prepared[],
  most: number,
): Promise<View[][]> {
  const later = await customerSources(deps, request, subjects);
  const now = subjects.map(({ at }, index) => [{ at, source: later[index] as Source }]);
  const views = most === 1 ? now : await addEarlier(deps, request, subjects, now);
  return views.map((each) => each.filter(({ source }) => source.text !== undefined));
}

async function addEarlier(
  deps: RowsDeps,
  request: RowsRequest,
  subjects: readonly Prepared[],
  now: readonly View[][],
): Promise<View[][]> {
  const events = await lastEvents(deps.db, subjects, RECENT);
  const before = subjects.map((subject, index): Prepared => {
    const past = events[index] ?? [];
    // Features are known as of the later instant only: nothing is said of them.
    const { features: _, ...rest } = subject;
    return { ...rest, at: past[past.length >> 1]?.occurredAt ?? subject.at };
  });
  const sources = await customerSources(deps, request, before);
  return now.map((views, index) => {
    const source = sources[index];
    return source ? [...views, { at: before[index]?.at ?? 0, source }] : views;
  });
}
