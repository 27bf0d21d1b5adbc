import { requireWeight, type Weights } from './weights.ts';

/**
 * `from`, moved `share` of the way towards `to`, which was trained from it: what `to` learnt, counted
 * by that share (task arithmetic: Ilharco et al. 2023, section 2). What `from` lacks is as in `to`.
 * @throws MlError SHAPE_MISMATCH when the two are not of one shape, BAD_FILE when `to` lacks a weight
 */
export function between(from: Weights, to: Weights, share: number): Weights {
  const moved: Weights = new Map(to);
  for (const [name, { shape, data }] of from) {
    const { data: end } = requireWeight(to, name, shape);
    moved.set(name, {
      shape,
      data: data.map((value, i) => value + share * ((end[i] as number) - value)),
    });
  }
  return moved;
}
