import type { HostTensor, HostTensors } from '../onnx/session.ts';
import type { tf } from '../tf.ts';

/** Finds a tensor by its name. */
export type Lookup = (name: string) => tf.Tensor;

/**
 * A computation over a run's state (weights, optimiser moments) and one batch, written with
 * TensorFlow.js operations. It must be a function of its inputs alone: no values are read on the
 * way, and nothing is drawn by chance.
 */
export type Computation = (
  state: Lookup,
  batch: Lookup,
) => {
  readonly outputs: Record<string, tf.Tensor>;
  /** New values of state, by name; the rest stays. */
  readonly state?: Record<string, tf.Tensor>;
};

/** A place where computations run, and the state that they change. */
export interface Machine {
  /** What computes, such as `onnx (cpu, 2 threads)` or `tfjs wasm`. */
  readonly name: string;
  /**
   * Runs a computation once. It is compiled at its first use with batches of these shapes.
   * When it throws, the state is what it was.
   */
  run(computation: Computation, batch: HostTensors): Promise<HostTensors>;
  /** Copies of the state's tensors. */
  read(): Promise<Map<string, HostTensor>>;
  /** Replaces state; tensors that are not in `state` stay. */
  load(state: ReadonlyMap<string, HostTensor>): Promise<void>;
  close(): Promise<void>;
}

/** The shapes of a batch: computations are compiled once for each. */
export function signatureOf(batch: HostTensors): string {
  const parts = Object.entries(batch).map(([name, { type, shape }]) => `${name}:${type}[${shape}]`);
  return parts.sort().join(' ');
}
