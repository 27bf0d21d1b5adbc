import { tf } from '../../tf.ts';

/** Section numbers are those of Shazeer and Stern 2018, "Adafactor". */
export interface AdafactorOptions {
  /** Steps are relative to the parameter's size, at least this size (section 8). */
  readonly leastSize: number;
  /** Updates whose root mean square is larger are scaled down to it (section 6). */
  readonly clip: number;
  /** Decoupled decay of matrices, a share of the learning rate; not in the paper. */
  readonly weightDecay: number;
}

/** As section 9 proposes. */
export const usualAdafactor: AdafactorOptions = { leastSize: 1e-3, clip: 1, weightDecay: 0 };

/** Added to squared gradients, so that none is divided by zero. */
const LEAST_SQUARE = 1e-30;

/** What depends on the step alone: numbers for the step's inputs. */
export interface AdafactorSchedule {
  /** Share of the parameter's size that it moves by (section 8, rho). */
  readonly rate: number;
  /** How much of the old second moments is kept (section 7.2). */
  readonly decay: number;
}

/**
 * The paper's own schedule: no learning rate to set (section 9).
 * @param step from 1
 */
export function adafactorSchedule(step: number): AdafactorSchedule {
  return { rate: Math.min(1e-2, step ** -0.5), decay: 1 - step ** -0.8 };
}

/**
 * The state of a parameter, all zeros at first: for a matrix the means of its squared gradients by
 * row and by column instead of one for each value (section 3).
 */
export function adafactorSlots(shape: readonly number[]): Record<string, readonly number[]> {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined) return { full: shape };
  return { row: [rows], column: [columns] };
}

type Slots = Readonly<Record<string, tf.Tensor>>;

/**
 * One step for one parameter (algorithms 4 and 5, with momentum left out).
 * @param slots as `adafactorSlots` names them
 * @param schedule scalars
 */
export function adafactorStep(
  parameter: tf.Tensor,
  gradient: tf.Tensor,
  slots: Slots,
  schedule: { readonly rate: tf.Tensor; readonly decay: tf.Tensor },
  options: AdafactorOptions = usualAdafactor,
): { readonly parameter: tf.Tensor; readonly slots: Record<string, tf.Tensor> } {
  const squared = gradient.square().add(LEAST_SQUARE);
  const renewed = renewSlots(slots, squared, schedule.decay);
  const update = gradient.mul(inverseRoot(renewed));
  const clipped = update.div(rootMeanSquare(update).div(options.clip).maximum(1));
  const size = schedule.rate.mul(rootMeanSquare(parameter).maximum(options.leastSize));
  const decayed =
    options.weightDecay > 0 && parameter.rank > 1
      ? parameter.mul(tf.sub(1, schedule.rate.mul(options.weightDecay)))
      : parameter;
  return { parameter: decayed.sub(clipped.mul(size)), slots: renewed };
}

function renewSlots(slots: Slots, squared: tf.Tensor, decay: tf.Tensor): Record<string, tf.Tensor> {
  const mixed = (slot: tf.Tensor | undefined, fresh: tf.Tensor) =>
    (slot as tf.Tensor).mul(decay).add(fresh.mul(tf.sub(1, decay)));
  if (slots.full) return { full: mixed(slots.full, squared) };
  return { row: mixed(slots.row, squared.mean(1)), column: mixed(slots.column, squared.mean(0)) };
}

/** 1 / sqrt(V), V being the outer product of the means by row and column over their mean. */
function inverseRoot({ full, row, column }: Slots): tf.Tensor {
  if (!row || !column) return (full as tf.Tensor).rsqrt();
  return row.div(row.mean()).rsqrt().expandDims(1).mul(column.rsqrt().expandDims(0));
}

function rootMeanSquare(x: tf.Tensor): tf.Tensor {
  return x.square().mean().sqrt();
}
