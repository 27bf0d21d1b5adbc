import type { TrainingRow } from '../../ml/run/spec.ts';
import { toRow } from './labelled-rows.ts';
import type { Prepared } from './prepare.ts';
import type { RowsDeps, RowsRequest } from './request.ts';
import type { Tally } from './tally.ts';
import { type View, viewsOf } from './views.ts';

/** So that nobody's texts are most of what is learnt from. */
const MOST_TEXTS = 200;
const MOST_PAIRS = 8;

/** What a model is pre-trained on: every text of each customer, newest first, or the customer in words. */
export async function pretrainingRows(
  deps: RowsDeps,
  request: RowsRequest,
  subjects: readonly Prepared[],
  tally: Tally,
): Promise<TrainingRow[]> {
  const most = request.text === 'CUSTOMER' ? 1 : MOST_TEXTS;
  const found = await viewsOf(deps, request, subjects, most);
  return subjects.flatMap((subject, index) =>
    (found[index] ?? []).map((view) => {
      tally.row(view.source.text?.cut ?? false);
      return textRow(subject, view, null);
    }),
  );
}

/** Features belong to the subject's instant, not to the text's: a row of a text alone has none. */
const textRow = (
  { customerId, known, values }: Prepared,
  { at, source }: View,
  label: string | null,
): TrainingRow => toRow({ customerId, known, values, at }, source, label);

/**
 * Two texts that belong together, for a contrastive model: what a customer wrote one after the other,
 * or the customer in words at one time and at another.
 */
export async function pairRows(
  deps: RowsDeps,
  request: RowsRequest,
  subjects: readonly Prepared[],
  tally: Tally,
): Promise<TrainingRow[]> {
  const found = await viewsOf(deps, request, subjects, MOST_PAIRS + 1);
  return subjects.flatMap((subject, index) => {
    const views = found[index] ?? [];
    return views.slice(1).flatMap((older, place) => {
      const newer = views[place] as View;
      const label = older.source.text?.text ?? null;
      if (label === newer.source.text?.text) return [];
      tally.row(newer.source.text?.cut ?? false);
      return [textRow(subject, newer, label)];
    });
  });
}
