import type { Lookup } from '../engine/engine.ts';
import type { HostTensors } from '../onnx/session.ts';
import type { tf } from '../tf.ts';
import type { Task } from './task.ts';

/** A further head on the same encoder, which helps it learn and is not served. */
export interface Helper {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tasks of different targets stand side by side.
  readonly task: Task<any>;
  /** How much its loss counts beside the main task's 1. */
  readonly weight: number;
}

/**
 * Several heads on one encoder (Caruana 1997): the loss is the main task's plus the helpers' by
 * weight. A target has the main task's first and then the helpers', undefined where a row has none.
 */
export function combineTasks<Target>(
  main: Task<Target>,
  helpers: readonly Helper[],
): Task<readonly unknown[]> {
  const under = (name: string) => `heads.${name}.`;
  const inside =
    (name: string, lookup: Lookup): Lookup =>
    (key) =>
      lookup(under(name) + key);
  return {
    shapes: new Map([
      ...main.shapes,
      ...helpers.flatMap(({ name, task }) =>
        [...task.shapes].map(([key, shape]) => [under(name) + key, shape] as const),
      ),
    ]),
    outputs: main.outputs,
    loss(p, encoded, batch) {
      const losses = helpers.map(({ name, task, weight }) =>
        task.loss(inside(name, p), encoded, inside(name, batch)).mul(weight),
      );
      return losses.reduce<tf.Tensor>(
        (sum, loss) => sum.add(loss),
        main.loss(p, encoded, batch),
      ) as tf.Scalar;
    },
    targets(truths, size, length) {
      const tensors: HostTensors = main.targets(
        truths.map((truth) => truth?.[0] as Target | undefined),
        size,
        length,
      );
      helpers.forEach(({ name, task }, i) => {
        const own = truths.map((truth) => truth?.[i + 1]);
        for (const [key, tensor] of Object.entries(task.targets(own, size, length)))
          tensors[under(name) + key] = tensor;
      });
      return tensors;
    },
  };
}
