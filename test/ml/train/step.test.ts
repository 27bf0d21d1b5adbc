import { describe, expect, it, jest } from '@jest/globals';
import { initialBertWeights } from '../../../src/ml/bert/parameters.ts';
import { type EngineName, openMachine } from '../../../src/ml/engine/open.ts';
import type { HostTensors } from '../../../src/ml/onnx/session.ts';
import { classifyTask } from '../../../src/ml/tasks/classify.ts';
import { lossOf } from '../../../src/ml/tasks/model.ts';
import { initialHead } from '../../../src/ml/tasks/task.ts';
import { type FitOptions, fit as runSteps } from '../../../src/ml/train/fit.ts';
import { isFrozen, layerRates } from '../../../src/ml/train/layers.ts';
import {
  accumulatedStep,
  initialState,
  type StepOptions,
  trainingStep,
} from '../../../src/ml/train/step.ts';
import { sentence, tinyConfig, tinyText, tokens } from '../tasks/tiny.ts';

jest.setTimeout(120_000);

const task = classifyTask({ classes: 3, width: 32 });
const weights = new Map([...initialBertWeights(tinyConfig, 1), ...initialHead(task.shapes, 2)]);
const trainable = [...weights.keys()];
const options: StepOptions = { trainable, loss: lossOf(tinyText, task), dropout: 0, clip: 0.5 };
const texts = Array.from({ length: 8 }, (_, i) => sentence([4 + i, 9, 12 + i, 5]));
const batchOf = (from: number, to: number): HostTensors => ({
  ...tokens(texts.slice(from, to), 16),
  ...task.targets(
    texts.slice(from, to).map((_, i) => (from + i) % 3),
    to - from,
    16,
  ),
});

async function train(
  step: FitOptions['step'],
  batchAt: FitOptions['batchAt'],
  accumulates: boolean,
  engine: EngineName = 'onnx',
) {
  const state = initialState(weights, trainable, accumulates);
  const machine = await openMachine(engine, state, { threads: 1 });
  const losses: number[] = [];
  await runSteps({
    ...{ machine, step, batchAt, decay: 0.01, seed: 1 },
    schedule: { rate: 1e-3, warmup: 0.2, decay: 'cosine', steps: 5 },
    onStep: ({ loss }) => losses.push(loss),
  });
  const after = await machine.read();
  await machine.close();
  return { losses, state: after };
}

describe('a step over the parts of a batch', () => {
  it('equals one over the whole', async () => {
    const whole = await train(trainingStep(options), () => batchOf(0, 8), false);
    const parts = await train(
      { ...accumulatedStep(options, 4), parts: 4 },
      (batch) => batchOf(2 * ((batch - 1) % 4), 2 * ((batch - 1) % 4) + 2),
      true,
    );
    expect(parts.losses).toEqual(whole.losses.map((loss) => expect.closeTo(loss, 4)));
    for (const name of trainable) {
      const [a, b] = [whole.state.get(name)?.data, parts.state.get(name)?.data];
      const gaps = Array.from(a as Float32Array, (value, i) => Math.abs(value - Number(b?.[i])));
      // Adam divides by gradients near 0, which magnifies rounding there.
      expect(gaps.reduce((sum, gap) => sum + gap) / gaps.length).toBeLessThan(2e-5);
    }
  });
});

describe.each(['onnx', 'cpu'] as const)('an adversarial step on the %s engine', (engine) => {
  it('adds the gradient at a point uphill of the words', async () => {
    const adversarial = { length: 1, of: () => [8, 16, 32] };
    const plain = await train(trainingStep(options), () => batchOf(0, 8), false, engine);
    const attacked = await train(
      trainingStep({ ...options, adversarial }),
      () => batchOf(0, 8),
      false,
      engine,
    );
    expect(attacked.losses[0]).toBeCloseTo(plain.losses[0] as number, 5);
    expect(attacked.state.get('classifier.weight')).not.toEqual(
      plain.state.get('classifier.weight'),
    );
    expect(attacked.losses.at(-1)).toBeLessThan(attacked.losses[0] as number);
  });
});

describe('layers', () => {
  it('learn slower the nearer they are to the input, by one factor a layer', () => {
    const rate = layerRates(0.5, 2);
    expect([
      rate('classifier.weight'),
      rate('encoder.layer.1.output.dense.weight'),
      rate('encoder.layer.0.output.dense.weight'),
      rate('embeddings.word_embeddings.weight'),
    ]).toEqual([1, 0.5, 0.25, 0.125]);
  });

  it('freeze from the embeddings up', () => {
    const names = [
      'embeddings.LayerNorm.bias',
      'encoder.layer.0.x',
      'encoder.layer.1.x',
      'classifier.bias',
    ];
    expect([0, 1, 2].map((frozen) => names.map((name) => isFrozen(name, frozen, 2)))).toEqual([
      [false, false, false, false],
      [true, true, false, false],
      [true, true, true, false],
    ]);
  });
});
