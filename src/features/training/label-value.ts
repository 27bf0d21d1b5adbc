import { readSpans, type Span } from '../../ml/text/spans.ts';
import type { BadLabelReason, RowsTask } from './request.ts';

/** A label as its kind of task has it; a sequence's refers to places of the text as it was written. */
export type LabelValue = string | number | readonly string[] | { readonly spans: readonly Span[] };

/** The value a model learns from, or why there is none. */
export type ReadLabel = { readonly value: LabelValue } | { readonly reason: BadLabelReason };

const WRONG: ReadLabel = { reason: 'WRONG_TYPE' };

/**
 * Reads a label as it was imported. Classes are texts, whole numbers or truth values; several labels
 * a list of texts, or one; a regression's target a finite number; what is to be written a text, or a
 * list of texts.
 * @param text what a sequence's label is about
 */
export function readLabel(
  kind: RowsTask['kind'],
  raw: unknown,
  allowed: ReadonlySet<string> | undefined,
  text: string | undefined,
): ReadLabel {
  switch (kind) {
    case 'CLASSIFY':
      return within(allowed, toClass(raw), (value) => [value]);
    case 'MULTI_LABEL':
      return within(allowed, toClasses(raw), (values) => values);
    case 'REGRESS':
      return typeof raw === 'number' && Number.isFinite(raw) ? { value: raw } : WRONG;
    case 'GENERATE':
      return within(undefined, toAnswer(raw), () => []);
    case 'SEQUENCE':
      return readSequence(raw, allowed, text);
    case 'EMBED':
    case 'PRETRAIN':
      return WRONG;
  }
}

function within<Value extends LabelValue>(
  allowed: ReadonlySet<string> | undefined,
  value: Value | undefined,
  classesOf: (value: Value) => readonly string[],
): ReadLabel {
  if (value === undefined) return WRONG;
  const strange = allowed && classesOf(value).some((each) => !allowed.has(each));
  return strange ? { reason: 'NOT_IN_SET' } : { value };
}

function toClass(raw: unknown): string | undefined {
  if (typeof raw === 'string') return raw.trim() === '' ? undefined : raw;
  return typeof raw === 'boolean' || Number.isInteger(raw) ? String(raw) : undefined;
}

/** Sorted and each once: in whatever order they were sent, equal labels are equal. */
function toClasses(raw: unknown): readonly string[] | undefined {
  const items = (Array.isArray(raw) ? raw : [raw]).map(toClass);
  if (items.some((item) => item === undefined)) return undefined;
  return [...new Set(items as string[])].sort();
}

/** A text, or texts sorted and each once; without the blanks around them, which nobody can read. */
function toAnswer(raw: unknown): string | readonly string[] | undefined {
  const items = (Array.isArray(raw) ? raw : [raw]).map((item: unknown) =>
    typeof item === 'string' ? item.trim() : '',
  );
  if (items.includes('')) return undefined;
  return Array.isArray(raw) ? [...new Set(items)].sort() : items[0];
}

function readSequence(
  raw: unknown,
  allowed: ReadonlySet<string> | undefined,
  text: string | undefined,
): ReadLabel {
  if (!Array.isArray(raw)) return WRONG;
  if (text === undefined) return { reason: 'NEEDS_EVENT' };
  const spans = readSpans(raw, text);
  if (!spans) return { reason: 'BAD_SPAN' };
  return within(allowed, { spans }, () => spans.map(({ label }) => label));
}
