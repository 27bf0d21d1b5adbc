import { splitWords } from './words.ts';

/** A labelled piece of a text: [start, end) in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** `3:8:PRODUCT`: a span as an item of a training row's label. */
export const formatSpan = ({ start, end, label }: Span): string => `${start}:${end}:${label}`;

/** @returns undefined for what `formatSpan` never writes */
export function parseSpan(text: string): Span | undefined {
  const [, start, end, label] = /^(\d{1,9}):(\d{1,9}):(.+)$/s.exec(text) ?? [];
  if (start === undefined || end === undefined || label === undefined) return undefined;
  return { start: Number(start), end: Number(end), label };
}

/**
 * The spans that a sequence label stands for: a list of `{ start, end, label }`, or a BIO tag
 * (`B-PRODUCT`, `I-PRODUCT`, `O`) for each word of `splitWords`.
 * @returns undefined where they do not fit the text, or overlap
 */
export function readSpans(value: unknown, text: string): Span[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const spans = value.every((item) => typeof item === 'string')
    ? spansOfTags(value, text)
    : fromObjects(value);
  const sorted = spans?.sort((a, b) => a.start - b.start);
  return sorted?.every((span, index) => fits(span, sorted[index - 1]?.end ?? 0, text))
    ? sorted
    : undefined;
}

const fits = ({ start, end }: Span, from: number, text: string): boolean =>
  start >= from && end > start && end <= text.length;

function fromObjects(items: readonly unknown[]): Span[] | undefined {
  const spans: Span[] = [];
  for (const item of items) {
    const { start, end, label } = (item ?? {}) as Partial<Record<keyof Span, unknown>>;
    const good = Number.isInteger(start) && Number.isInteger(end) && typeof label === 'string';
    if (!good || label === '') return undefined;
    spans.push({ start: Number(start), end: Number(end), label });
  }
  return spans;
}

/**
 * The spans of a BIO tag for each word of `splitWords`; an I without its B begins a span, as evaluation
 * by CoNLL reads it.
 * @returns undefined where the tags do not fit the text
 */
export function spansOfTags(tags: readonly string[], text: string): Span[] | undefined {
  const words = splitWords(text);
  if (tags.length !== words.length) return undefined;
  const spans: Span[] = [];
  let open: Span | undefined;
  for (const [index, word] of words.entries()) {
    const [, part, label] = /^(?:O|([BI])-(.+))$/s.exec(tags[index] ?? '') ?? ['bad', 'bad'];
    if (part === 'bad') return undefined;
    const goes = part === 'I' && open?.label === label;
    if (!goes && open) spans.push(open);
    if (label === undefined) open = undefined;
    else open = { start: goes && open ? open.start : word.start, end: word.end, label };
  }
  return open ? [...spans, open] : spans;
}
