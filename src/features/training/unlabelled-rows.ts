import { toRowText } from './cut.ts';
import { toRow } from './labelled-rows.ts';
import type { Prepared } from './prepare.ts';
import type { RowsDeps, TrainingRow } from './request.ts';
import type { Source } from './sources.ts';
import type { Tally } from './tally.ts';
import { lastTexts, type Written } from './written.ts';

/** So that nobody's texts are most of what is learnt from. */
const MOST_TEXTS = 200;
const MOST_PAIRS = 8;

/** Every text of each customer, newest first: what a model is pre-trained on. */
export async function pretrainingRows(
  { db }: RowsDeps,
  subjects: readonly Prepared[],
  tally: Tally,
): Promise<TrainingRow[]> {
  const texts = await lastTexts(db, subjects, MOST_TEXTS);
  return subjects.flatMap((subject, index) =>
    sourcesOf(subject, texts[index] ?? []).map(([source, at]) => {
      tally.row(source.text?.cut ?? false);
      return toRow({ ...subject, at }, source, null);
    }),
  );
}

/** Texts of one customer that follow each other: near one another for a contrastive model. */
export async function pairRows(
  { db }: RowsDeps,
  subjects: readonly Prepared[],
  tally: Tally,
): Promise<TrainingRow[]> {
  const texts = await lastTexts(db, subjects, MOST_PAIRS + 1);
  return subjects.flatMap((subject, index) => {
    const sources = sourcesOf(subject, texts[index] ?? []);
    return sources.slice(1).flatMap(([older], place) => {
      const [newer, at] = sources[place] as [Source, number];
      if (newer.text?.text === older.text?.text) return [];
      tally.row(newer.text?.cut ?? false);
      return [toRow({ ...subject, at }, newer, older.text?.text ?? null)];
    });
  });
}

/** Texts that say something, with their times in milliseconds. */
const sourcesOf = ({ known }: Prepared, texts: readonly Written[]): [Source, number][] =>
  texts.flatMap(({ eventId, text: original, occurredAt }): [Source, number][] => {
    const text = toRowText(original, known);
    return text.text === '' ? [] : [[{ id: `event:${eventId}`, original, text }, occurredAt]];
  });
