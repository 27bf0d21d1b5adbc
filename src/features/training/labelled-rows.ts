import type { TrainingRow } from '../../ml/run/spec.ts';
import { formatSpan, type Span } from '../../ml/text/spans.ts';
import { answerIn } from './answer.ts';
import type { RowText } from './cut.ts';
import { type LabelValue, readLabel } from './label-value.ts';
import type { Prepared } from './prepare.ts';
import type { RowsRequest } from './request.ts';
import type { Source } from './sources.ts';
import type { Tally } from './tally.ts';

/** The rows of labels that are good; the others are counted. */
export function labelledRows(
  request: RowsRequest,
  subjects: readonly Prepared[],
  sources: readonly Source[],
  tally: Tally,
): TrainingRow[] {
  const { task, text, labels } = request;
  const allowed = labels && new Set(labels);
  return subjects.flatMap((subject, index) => {
    const source = sources[index] as Source;
    const raw = subject.label?.value;
    const about = subject.event ? source.original : undefined;
    const read = answerIn(request, readLabel(task.kind, raw, allowed, about), subject.known);
    const missing = text !== 'NONE' && !source.text ? 'NO_TEXT' : undefined;
    const reason = missing ?? ('reason' in read ? read.reason : undefined);
    if (reason !== undefined || 'reason' in read) {
      tally.bad(reason ?? 'WRONG_TYPE', subject.customerId, raw);
      return [];
    }
    tally.row(source.text?.cut ?? false);
    return [toRow(subject, source, toLabel(read.value, source.text))];
  });
}

/** A row about a subject. */
export const toRow = (
  { customerId, at, features }: Prepared,
  { id, text }: Source,
  label: TrainingRow['label'],
): TrainingRow => ({
  id,
  group: String(customerId),
  at: new Date(at).toISOString(),
  ...(text && { text: text.text }),
  ...(features && { features: [...features] }),
  label,
});

function toLabel(value: LabelValue, text: RowText | undefined): TrainingRow['label'] {
  if (typeof value !== 'object') return value;
  return 'spans' in value ? moveSpans(value.spans, text) : [...value];
}

/** Spans at their places in the masked text; what was cut off has none. */
const moveSpans = (spans: readonly Span[], text: RowText | undefined): string[] =>
  spans.flatMap(({ start, end, label }) => {
    const moved = {
      start: text?.move(start, 'start') ?? start,
      end: text?.move(end, 'end') ?? end,
      label,
    };
    return moved.end <= (text?.text.length ?? 0) ? [formatSpan(moved)] : [];
  });
