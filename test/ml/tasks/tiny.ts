import { type BertConfig, parseBertConfig } from '../../../src/ml/bert/config.ts';
import { bertShapes, initialBertWeights } from '../../../src/ml/bert/parameters.ts';
import { openTracedMachine } from '../../../src/ml/engine/traced.ts';
import type { HostTensors } from '../../../src/ml/onnx/session.ts';
import { initialFusion } from '../../../src/ml/tasks/fusion.ts';
import { lossOf, type ModelShape, outputsOf } from '../../../src/ml/tasks/model.ts';
import { initialHead, type Task } from '../../../src/ml/tasks/task.ts';
import { tokenTensors } from '../../../src/ml/tasks/tensors.ts';
import { fit as runSteps } from '../../../src/ml/train/fit.ts';
import { initialState, trainingStep } from '../../../src/ml/train/step.ts';

/** An encoder that trains in seconds: ids 0 to 3 are special, 4 to 29 words. */
export const tinyConfig: BertConfig = parseBertConfig(
  JSON.stringify({
    hidden_size: 32,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 64,
    vocab_size: 30,
    max_position_embeddings: 32,
  }),
  'test',
);

export const tinyText: ModelShape = { text: { config: tinyConfig, pooling: 'mean' } };

/** Words between [CLS] and [SEP]. */
export const sentence = (words: readonly number[]): Int32Array => Int32Array.from([1, ...words, 2]);

interface Lesson<Target> {
  readonly model: ModelShape;
  readonly task: Task<Target>;
  readonly fusion?: ReadonlyMap<string, readonly number[]>;
  readonly batch: (random: () => number) => HostTensors;
  readonly steps: number;
  readonly rate: number;
}

/** Trains a model from nothing; `test` then gives its outputs. */
export async function learn<Target>(lesson: Lesson<Target>) {
  const { model, task, fusion = new Map(), batch, steps, rate } = lesson;
  const text = model.text ? initialBertWeights(tinyConfig, 1) : new Map();
  const weights = new Map([...text, ...initialFusion(fusion, 2), ...initialHead(task.shapes, 3)]);
  const trainable = [
    ...(model.text ? bertShapes(tinyConfig).keys() : []),
    ...fusion.keys(),
    ...task.shapes.keys(),
  ];
  const machine = openTracedMachine(initialState(weights, trainable), { threads: 1 });
  const losses: number[] = [];
  await runSteps({
    machine,
    step: trainingStep({ trainable, loss: lossOf(model, task), dropout: 0.1, clip: 1 }),
    schedule: { rate, warmup: 0.1, decay: 'linear', steps },
    decay: 0.01,
    seed: 1,
    batchAt: (_step, random) => batch(random),
    onStep: ({ loss }) => losses.push(loss),
  });
  const outputs = outputsOf(model, task);
  return {
    losses,
    test: (tensors: HostTensors) => machine.run(outputs, tensors),
    close: () => machine.close(),
  };
}

export function tokens(rows: readonly Int32Array[], length = 16): HostTensors {
  return tokenTensors(rows, rows.length, length, 0);
}

export const argmaxes = (data: ArrayLike<number>, width: number): number[] =>
  Array.from({ length: data.length / width }, (_, row) => {
    const own = Array.from({ length: width }, (_x, i) => data[row * width + i] as number);
    return own.indexOf(Math.max(...own));
  });

export const share = (hits: readonly boolean[]): number =>
  hits.filter(Boolean).length / hits.length;
