import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEagerMachine } from '../../../src/ml/engine/eager.ts';
import type { Computation, Lookup, Machine } from '../../../src/ml/engine/engine.ts';
import { openTracedMachine } from '../../../src/ml/engine/traced.ts';
import { noDropout } from '../../../src/ml/nn/dropout.ts';
import type { HostTensor, HostTensors } from '../../../src/ml/onnx/session.ts';
import { classifyTask } from '../../../src/ml/tasks/classify.ts';
import { combineTasks } from '../../../src/ml/tasks/combine.ts';
import { distillTask } from '../../../src/ml/tasks/distill.ts';
import { embedTask } from '../../../src/ml/tasks/embed.ts';
import { fuse, fusionShapes } from '../../../src/ml/tasks/fusion.ts';
import { multiLabelTask } from '../../../src/ml/tasks/multi-label.ts';
import { regressTask } from '../../../src/ml/tasks/regress.ts';
import { sequenceTask } from '../../../src/ml/tasks/sequence.ts';
import type { Task } from '../../../src/ml/tasks/task.ts';
import { NO_TAG } from '../../../src/ml/text/units.ts';
import { selectEagerBackend, tf } from '../../../src/ml/tf.ts';
import { floats, integers, randomFrom } from '../../helpers/tensors.ts';

const random = randomFrom(11);
const f = (...shape: number[]) => floats(shape, random);
const WIDTH = 5;

interface Case {
  readonly parameters: Record<string, HostTensor>;
  readonly batch: HostTensors;
  readonly loss: (p: Lookup, batch: Lookup) => tf.Scalar;
}

/** A head on vectors that are parameters themselves, so that their gradient is checked too. */
function head<T>(task: Task<T>, truths: (T | undefined)[], size = truths.length): Case {
  const weights = [...task.shapes].map(([name, shape]) => [name, f(...shape)] as const);
  return {
    parameters: {
      ...Object.fromEntries(weights),
      pooled: f(size, WIDTH),
      hidden: f(size, 3, WIDTH),
    },
    batch: task.targets(truths, size, 3),
    loss: (p, batch) => task.loss(p, { pooled: p('pooled'), hidden: p('hidden') }, batch),
  };
}

const classify = classifyTask({
  classes: 3,
  width: WIDTH,
  smoothing: 0.1,
  classWeights: [1, 2, 0.5],
});
const features = { numbers: 4, tables: [3, 4], width: 6 };
const fused = [...fusionShapes(features, WIDTH)].map(
  ([name, shape]) => [name, f(...shape)] as const,
);

const cases: Record<string, Case> = {
  classify: head(classify, [0, 2, undefined, 1]),
  'multi-label': head(multiLabelTask({ labels: 3, width: WIDTH, smoothing: 0.1 }), [
    [0, 2],
    [],
    [1],
  ]),
  regress: head(
    regressTask({ width: WIDTH, scale: { log: true, mean: 1, deviation: 2 }, delta: 0.7 }),
    [3, 100, undefined, 0],
  ),
  sequence: head(sequenceTask({ tags: 3, width: WIDTH }), [[NO_TAG, 2, 0], [1], undefined]),
  embed: head(embedTask({ temperature: 0.5 }), [7, 8, 7, undefined], 8),
  'distilled classes': head(
    distillTask(classify, { temperature: 2, weight: 0.6, link: 'softmax' }),
    [{ truth: 0, teacher: [1, 0, -2] }, { truth: undefined, teacher: [0, 3, 1] }, undefined],
  ),
  'distilled labels': head(
    distillTask(multiLabelTask({ labels: 2, width: WIDTH }), {
      temperature: 3,
      weight: 0.3,
      link: 'sigmoid',
    }),
    [{ truth: [1], teacher: [1, -2] }, undefined],
  ),
  'several heads': head(
    combineTasks(classify, [
      { name: 'other', task: multiLabelTask({ labels: 2, width: WIDTH }), weight: 0.5 },
    ]),
    [
      [0, [1]],
      [undefined, []],
      [2, undefined],
    ],
  ),
  'fusion of text and features': {
    parameters: { ...Object.fromEntries(fused), text: f(2, WIDTH), numbers: f(2, 4) },
    batch: { categories: integers([2, 2], [0, 3, 2, 3]) },
    loss(p, batch) {
      const tensors = { numbers: p('numbers'), categories: batch('categories') };
      const joint = fuse(features, p, tensors, p('text'), noDropout);
      const weights = tf.tensor(
        Float32Array.from({ length: joint.size }, (_, i) => Math.sin(i + 1)),
      );
      return joint.mul(weights.reshape(joint.shape)).sum() as tf.Scalar;
    },
  },
};

function gradients({ parameters, loss }: Case): Computation {
  return (state, batch) => {
    const names = Object.keys(parameters);
    const variables = names.map((name) => state(name) as tf.Variable);
    const { value, grads } = tf.variableGrads(() => loss(state, batch), variables);
    const byName = names.flatMap((name, i) => {
      const gradient = grads[variables[i]?.name as string];
      return gradient ? [[name, gradient] as const] : [];
    });
    return { outputs: { loss: value, ...Object.fromEntries(byName) } };
  };
}

describe.each(['traced', 'wasm', 'cpu'] as const)('heads on the %s engine', (engine) => {
  const machines: Machine[] = [];
  beforeAll(() => selectEagerBackend(engine === 'wasm' ? 'wasm' : 'cpu'));
  afterAll(() => Promise.all(machines.map((machine) => machine.close())));

  it.each(Object.entries(cases))('%s: gradients equal central differences', async (_name, of) => {
    const state = new Map(Object.entries(of.parameters));
    const traced = engine === 'traced';
    const machine = traced ? openTracedMachine(state, { threads: 1 }) : openEagerMachine(state);
    machines.push(machine);
    const exact = await machine.run(gradients(of), of.batch);
    const forward: Computation = (p, batch) => ({ outputs: { loss: of.loss(p, batch) } });
    for (const [name, tensor] of Object.entries(of.parameters)) {
      const lossAt = async (i: number, by: number) => {
        const data = Float32Array.from(tensor.data as Float32Array);
        data[i] = (data[i] as number) + by;
        await machine.load(new Map([[name, { ...tensor, data }]]));
        return Number((await machine.run(forward, of.batch)).loss?.data[0]);
      };
      for (let i = 0; i < tensor.data.length; i++) {
        // Of the fourth order: waves bend sharply.
        const near = (await lossAt(i, 0.01)) - (await lossAt(i, -0.01));
        const far = (await lossAt(i, 0.02)) - (await lossAt(i, -0.02));
        const slope = (8 * near - far) / 0.12;
        const gap =
          Math.abs(Number(exact[name]?.data[i] ?? 0) - slope) / Math.max(1, Math.abs(slope));
        expect({ name, i, gap }).toEqual({ name, i, gap: expect.closeTo(0, 3) });
      }
      await machine.load(new Map([[name, tensor]]));
    }
  });
});
