import { packRows, type SparseRows } from './sparse.ts';
import { type TermOptions, termsOf } from './terms.ts';

export interface TfidfOptions extends TermOptions {
  /** Terms of fewer training texts are left out. */
  readonly minTexts: number;
}

/** A vocabulary with its inverse text frequencies, learnt from training texts. */
export interface Tfidf {
  readonly options: TfidfOptions;
  readonly terms: readonly string[];
  /** (terms) */
  readonly idf: Float32Array;
}

/** idf = 1 + ln((1 + N) / (1 + texts with the term)) (Salton & Buckley 1988, smoothed). */
export function fitTfidf(texts: readonly string[], options: TfidfOptions): Tfidf {
  const found = new Map<string, number>();
  for (const text of texts) {
    const { word, piece } = termsOf(text, options);
    for (const term of word.keys()) found.set(term, (found.get(term) ?? 0) + 1);
    for (const term of piece.keys()) found.set(term, (found.get(term) ?? 0) + 1);
  }
  const kept = [...found].filter(([, count]) => count >= options.minTexts);
  return {
    options,
    terms: kept.map(([term]) => term),
    idf: Float32Array.from(kept, ([, count]) => 1 + Math.log((1 + texts.length) / (1 + count))),
  };
}

/** (N, terms): (1 + ln count) x idf, words and pieces each scaled to length 1. */
export function applyTfidf(tfidf: Tfidf, texts: readonly string[]): SparseRows {
  const columns = new Map(tfidf.terms.map((term, i) => [term, i]));
  const rows = texts.map((text) => {
    const { word, piece } = termsOf(text, tfidf.options);
    const [words, pieces] = [word, piece].map((counts) => weigh(counts, columns, tfidf.idf));
    return {
      indices: [...(words?.indices ?? []), ...(pieces?.indices ?? [])],
      values: [...(words?.values ?? []), ...(pieces?.values ?? [])],
    };
  });
  return packRows(rows, tfidf.terms.length);
}

function weigh(
  counts: ReadonlyMap<string, number>,
  columns: ReadonlyMap<string, number>,
  idf: Float32Array,
): { indices: number[]; values: number[] } {
  const indices: number[] = [];
  const values: number[] = [];
  let squares = 0;
  for (const [term, count] of counts) {
    const column = columns.get(term);
    if (column === undefined) continue;
    const value = (1 + Math.log(count)) * (idf[column] as number);
    indices.push(column);
    values.push(value);
    squares += value * value;
  }
  const length = Math.sqrt(squares) || 1;
  return { indices, values: values.map((value) => value / length) };
}
