import { toRowText } from './cut.ts';
import { knownOf, knownPiiOf } from './known-pii.ts';
import type { RowsDeps } from './request.ts';
import { LAST_TEXTS } from './sources.ts';
import { lastTexts } from './written.ts';

/** One text that a customer wrote. */
export interface Writing {
  /** Of its event. */
  readonly messageId: string;
  /** As a model reads it: masked. Never empty. */
  readonly text: string;
  /** Where a place of it is in the text as it was written; what was masked is left whole. */
  back(place: number, side: 'start' | 'end'): number;
}

/**
 * The texts that stand for each customer as of an instant, one by one, newest first: those that a
 * prediction row of EVENTS has in one.
 */
export async function lastWritings(
  { db }: Pick<RowsDeps, 'db'>,
  asked: readonly { readonly customerId: number; readonly at: string }[],
): Promise<Writing[][]> {
  const subjects = asked.map(({ customerId, at }) => ({ customerId, at: Date.parse(at) }));
  const known = await knownPiiOf(
    db,
    subjects.map(({ customerId }) => customerId),
  );
  const found = await lastTexts(db, subjects, LAST_TEXTS);
  return found.map((written, i) =>
    written.flatMap(({ messageId, text: original }): Writing[] => {
      const { text, move } = toRowText(original, knownOf(known, subjects[i]?.customerId ?? 0));
      if (text === '') return [];
      const back: Writing['back'] = (place, side) =>
        firstPlace(original.length, (at) => move(at, side) >= place);
      return [{ messageId, text, back }];
    }),
  );
}

/** The first place up to `end` from which on `holds`, by halves; `end` where there is none. */
function firstPlace(end: number, holds: (place: number) => boolean): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
