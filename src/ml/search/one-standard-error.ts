import { type Random, seededRandom } from '../random.ts';

/** A model that may be chosen. */
export interface Contender {
  readonly name: string;
  /** What it is worth on these rows of a draw, more being better; a row may come more than once. */
  worth(rows: readonly number[], draw: number): number;
}

export interface Standing {
  readonly name: string;
  /** On all rows, a mean over the draws. */
  readonly worth: number;
  /** How far it is behind the best, and the standard error of that. */
  readonly behind: number;
  readonly error: number;
}

export interface Choice {
  readonly chosen: string;
  readonly standings: readonly Standing[];
}

/** Resamples that a standard error is estimated from (Efron & Tibshirani 1993, 6.4: 50 to 200). */
const RESAMPLES = 200;

/**
 * The one-standard-error rule (Breiman et al. 1984, 3.4.3; Hastie et al. 2009, 7.10): the first
 * contender, in the order that they are preferred in, that is behind the best by no more than the
 * standard error of the difference. On few rows the best is often so by chance, and preferring it
 * is to learn the noise; on many rows the error is small and the best wins. The error is that of
 * the difference on the same rows, by the bootstrap (Efron 1979), so that it holds for any metric.
 * @param contenders the one to prefer first
 * @param sizes rows of each draw
 */
export function chooseWithinError(
  contenders: readonly Contender[],
  sizes: readonly number[],
  seed = 1,
): Choice {
  const whole = sizes.map((size) => Array.from({ length: size }, (_, row) => row));
  const worths = contenders.map((own) => meanWorth(own, whole));
  const best = worths.reduce((first, own, i) => (own > (worths[first] as number) ? i : first), 0);
  const { next } = seededRandom(seed);
  const resamples = Array.from({ length: RESAMPLES }, () => sizes.map((size) => drawn(size, next)));
  const ofBest = resamples.map((rows) => meanWorth(contenders[best] as Contender, rows));
  const standings = contenders.map((own, i): Standing => {
    const differences =
      i === best ? [] : resamples.map((rows, k) => (ofBest[k] as number) - meanWorth(own, rows));
    return {
      name: own.name,
      worth: worths[i] as number,
      behind: (worths[best] as number) - (worths[i] as number),
      error: deviationOf(differences),
    };
  });
  const near = standings.find(({ behind, error }) => behind <= error) ?? standings[best];
  return { chosen: near?.name ?? '', standings };
}

function meanWorth(own: Contender, rows: readonly (readonly number[])[]): number {
  return rows.reduce((sum, part, draw) => sum + own.worth(part, draw), 0) / rows.length;
}

function drawn(size: number, random: Random): number[] {
  return Array.from({ length: size }, () => Math.floor(random() * size));
}

/** Without the resamples of which a metric has no value, such as those of one class alone. */
function deviationOf(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  if (known.length < 2) return 0;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (known.length - 1));
}
