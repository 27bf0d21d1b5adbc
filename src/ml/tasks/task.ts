import type { Lookup } from '../engine/engine.ts';
import type { HostTensors } from '../onnx/session.ts';
import { normalFrom } from '../random.ts';
import type { tf } from '../tf.ts';
import { sizeOf, type Weights } from '../weights/weights.ts';

/** The shapes of weights by their names. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/** What a task's head works on. */
export interface Encoded {
  /** (B, W): one vector a row. */
  readonly pooled: tf.Tensor;
  /** (B, S, H): one vector a token; absent where there is no text. */
  readonly hidden?: tf.Tensor;
}

/**
 * What a model learns to do with encoded rows. Training, evaluation and serving share its `outputs`.
 * `Target` is the truth of one row as the task wants it, such as the number of a class.
 */
export interface Task<Target> {
  /** The shapes of the weights that the task adds to the encoder's. */
  readonly shapes: Shapes;
  /** What is served, by name: scores before any softmax. */
  readonly outputs: (p: Lookup, encoded: Encoded) => Record<string, tf.Tensor>;
  /** The mean loss over a batch's rows, against what `targets` made. */
  readonly loss: (p: Lookup, encoded: Encoded, batch: Lookup) => tf.Scalar;
  /**
   * The tensors that the loss reads.
   * @param truths undefined for a row that has none: it does not count
   * @param size rows of the batch: those beyond the truths are padding and do not count
   * @param length tokens of a row
   */
  readonly targets: (
    truths: readonly (Target | undefined)[],
    size: number,
    length: number,
  ) => HostTensors;
}

/** New weights of a head: normal with deviation 0.02, ones for scales, zeros for shifts. */
export function initialHead(shapes: Shapes, seed: number): Weights {
  const normal = normalFrom(seed);
  const weights: Weights = new Map();
  for (const [name, shape] of shapes) {
    const data = new Float32Array(sizeOf(shape));
    if (name.endsWith('LayerNorm.weight')) data.fill(1);
    else if (shape.length > 1) for (let i = 0; i < data.length; i++) data[i] = 0.02 * normal();
    weights.set(name, { shape, data });
  }
  return weights;
}
