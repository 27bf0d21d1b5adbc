import { MlError } from '../errors.ts';
import { parseSpan, type Span } from '../text/spans.ts';
import { OUTSIDE, tagsOfLabels, tagsOfSpans } from '../text/tags.ts';
import type { TrainingRow, TrainingSpec } from './spec.ts';

/**
 * SEQUENCE learns a tag a word. Rows have these already where the label set has the tag `O`; else
 * they have spans (`3:8:PRODUCT`) of the labels, which become tags here.
 * @throws MlError that names the row whose spans are none
 */
export function taggedRows(
  spec: TrainingSpec,
  rows: readonly TrainingRow[],
): { readonly spec: TrainingSpec; readonly rows: readonly TrainingRow[] } {
  const { labels } = spec.task;
  if (spec.task.kind !== 'SEQUENCE' || labels.includes(OUTSIDE)) return { spec, rows };
  return {
    spec: { ...spec, task: { ...spec.task, labels: tagsOfLabels(labels) } },
    rows: rows.map((row) =>
      row.label === null ? row : { ...row, label: tagsOfSpans(row.text ?? '', spansIn(row)) },
    ),
  };
}

function spansIn({ id, label }: TrainingRow): Span[] {
  const spans = Array.isArray(label) ? label.map(parseSpan) : [undefined];
  return spans.map((span) => {
    if (span) return span;
    throw new MlError('BAD_INPUT', `Row ${id} needs spans such as "3:8:PRODUCT" as its label.`);
  });
}
