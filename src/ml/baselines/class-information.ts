import { rowCount, type SparseRows } from './sparse.ts';
import type { Tfidf } from './tfidf.ts';

/** Texts that every term is thought to have been in besides, divided as all texts are. */
const PRIOR = 2;

/**
 * TF-IDF that also weighs terms by what they tell of the class: the idf times the square root of
 * the square root of KL(P(class | term) || P(class)), a supervised term weighting (Debole &
 * Sebastiani 2003) made milder, as the linear model weighs terms too. Terms that are alike in all
 * classes count for little, so that rare telling ones stand out of a text's unit length.
 * @param rows (N, terms) of the texts that `tfidf` was learnt from
 * @param classes (N) the class of each, from 0
 */
export function weighByClass(tfidf: Tfidf, rows: SparseRows, classes: readonly number[]): Tfidf {
  const information = classInformation(rows, classes);
  // All texts of one class: no term tells anything.
  if (information.every((own) => own === 0)) return tfidf;
  return {
    ...tfidf,
    idf: tfidf.idf.map((own, term) => own * (information[term] as number) ** 0.25),
  };
}

/** (terms) KL(P(class | term) || P(class)) in nats, at least 0. */
export function classInformation(rows: SparseRows, classes: readonly number[]): Float64Array {
  const size = Math.max(...classes, 0) + 1;
  const shares = sharesOf(classes, size);
  const counts = new Float64Array(rows.columns * size);
  for (let row = 0; row < rowCount(rows); row += 1)
    for (let j = rows.starts[row] as number; j < (rows.starts[row + 1] as number); j += 1) {
      const at = (rows.indices[j] as number) * size + (classes[row] as number);
      counts[at] = (counts[at] as number) + 1;
    }
  return Float64Array.from({ length: rows.columns }, (_, term) =>
    divergence(counts.subarray(term * size, (term + 1) * size), shares),
  );
}

function sharesOf(classes: readonly number[], size: number): Float64Array {
  const shares = new Float64Array(size);
  for (const own of classes) shares[own] = (shares[own] as number) + 1 / classes.length;
  return shares;
}

function divergence(counts: Float64Array, shares: Float64Array): number {
  const texts = counts.reduce((sum, own) => sum + own, 0);
  const sum = counts.reduce((total, count, c) => {
    const share = shares[c] as number;
    const posterior = (count + PRIOR * share) / (texts + PRIOR);
    return posterior === 0 ? total : total + posterior * Math.log(posterior / share);
  }, 0);
  // Rounding may leave less than nothing.
  return sum < 1e-12 ? 0 : sum;
}
