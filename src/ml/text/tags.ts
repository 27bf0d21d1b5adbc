import type { Span } from './spans.ts';
import { splitWords } from './words.ts';

/** The tag of a word that no span covers. */
export const OUTSIDE = 'O';

/** The tags of a set of labels: outside, and the beginning and the inside of a span of each. */
export const tagsOfLabels = (labels: readonly string[]): string[] => [
  OUTSIDE,
  ...labels.flatMap((label) => [`B-${label}`, `I-${label}`]),
];

/** A BIO tag for each word of a text; a word has that of the span that covers any of it. */
export function tagsOfSpans(text: string, spans: readonly Span[]): string[] {
  const begun = new Set<Span>();
  return splitWords(text).map((word) => {
    const span = spans.find(({ start, end }) => start < word.end && end > word.start);
    if (!span) return OUTSIDE;
    const part = begun.has(span) ? 'I' : 'B';
    begun.add(span);
    return `${part}-${span.label}`;
  });
}
