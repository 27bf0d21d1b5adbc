import { requireFinite, requireSameLength } from '../metrics/check.ts';
import { endOfTie, orderOf } from '../metrics/ranks.ts';

/** A rising line through points; scores between two are interpolated, beyond the ends held. */
export interface Isotonic {
  readonly scores: number[];
  readonly values: number[];
}

interface Block {
  readonly from: number;
  to: number;
  sum: number;
  count: number;
}

/**
 * The non-decreasing function of the score closest to the outcomes in squared error, by pooling
 * adjacent violators (Ayer et al. 1955; for calibration, Zadrozny & Elkan 2002).
 */
export function fitIsotonic(scores: ArrayLike<number>, outcomes: ArrayLike<number>): Isotonic {
  requireSameLength('Isotonic calibration', scores.length, outcomes.length);
  requireFinite('Isotonic calibration', scores);
  const order = orderOf(scores);
  const blocks: Block[] = [];
  for (let start = 0; start < order.length; ) {
    const end = endOfTie(scores, order, start);
    const at = scores[order[start] as number] as number;
    const block: Block = { from: at, to: at, sum: 0, count: end - start };
    for (let i = start; i < end; i += 1) block.sum += outcomes[order[i] as number] as number;
    pool(blocks, block);
    start = end;
  }
  return {
    scores: blocks.flatMap(({ from, to }) => (from === to ? [from] : [from, to])),
    values: blocks.flatMap(({ from, to, sum, count }) =>
      from === to ? [sum / count] : [sum / count, sum / count],
    ),
  };
}

/** Adds a block, merged with those before it that are not below it. */
function pool(blocks: Block[], block: Block): void {
  let own = block;
  for (let last = blocks.at(-1); last && last.sum / last.count >= own.sum / own.count; ) {
    own = { from: last.from, to: own.to, sum: last.sum + own.sum, count: last.count + own.count };
    blocks.pop();
    last = blocks.at(-1);
  }
  blocks.push(own);
}

/** The fitted value at a score. */
export function applyIsotonic({ scores, values }: Isotonic, score: number): number {
  let [low, high] = [0, scores.length - 1];
  if (score <= (scores[low] as number)) return values[low] as number;
  if (score >= (scores[high] as number)) return values[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((scores[middle] as number) <= score) low = middle;
    else high = middle;
  }
  const [x0, x1] = [scores[low] as number, scores[high] as number];
  const [y0, y1] = [values[low] as number, values[high] as number];
  return y0 + ((y1 - y0) * (score - x0)) / (x1 - x0);
}
