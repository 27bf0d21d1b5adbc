import type { Lookup } from '../engine/engine.ts';
import type { tf } from '../tf.ts';
import type { Task } from './task.ts';

/** A further head on the same encoder. */
export interface Helper {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tasks of different targets stand side by side.
  readonly task: Task<any>;
  /** How much its loss counts beside the main task's 1. */
  readonly weight: number;
}

/** The same task with its weights and targets under the head's name, so that heads stand side by side. */
export function headTask<Target>(name: string, task: Task<Target>): Task<Target> {
  const under = `heads.${name}.`;
  const inside =
    (lookup: Lookup): Lookup =>
    (key) =>
      lookup(under + key);
  const renamed = <Value>(entries: Iterable<readonly [string, Value]>) =>
    [...entries].map(([key, value]) => [under + key, value] as const);
  return {
    shapes: new Map(renamed(task.shapes)),
    outputs: (p, encoded) => task.outputs(inside(p), encoded),
    loss: (p, encoded, batch) => task.loss(inside(p), encoded, inside(batch)),
    targets: (truths, size, length) =>
      Object.fromEntries(renamed(Object.entries(task.targets(truths, size, length)))),
  };
}

/**
 * Several heads on one encoder (Caruana 1997): the loss is the main task's plus the helpers' by
 * weight. A target has the main task's first and then the helpers', undefined where a row has none.
 */
export function combineTasks<Target>(
  main: Task<Target>,
  helpers: readonly Helper[],
): Task<readonly unknown[]> {
  const heads = helpers.map(({ name, task, weight }) => ({ task: headTask(name, task), weight }));
  return {
    shapes: new Map([main, ...heads.map(({ task }) => task)].flatMap(({ shapes }) => [...shapes])),
    outputs: main.outputs,
    loss(p, encoded, batch) {
      const losses = heads.map(({ task, weight }) => task.loss(p, encoded, batch).mul(weight));
      return losses.reduce<tf.Tensor>(
        (sum, loss) => sum.add(loss),
        main.loss(p, encoded, batch),
      ) as tf.Scalar;
    },
    targets(truths, size, length) {
      const own = truths.map((truth) => truth?.[0] as Target | undefined);
      return Object.assign(
        { ...main.targets(own, size, length) },
        ...heads.map(({ task }, i) =>
          task.targets(
            truths.map((truth) => truth?.[i + 1]),
            size,
            length,
          ),
        ),
      );
    },
  };
}
