import { describe, expect, it } from '@jest/globals';
import { initialBertWeights } from '../../../src/ml/bert/parameters.ts';
import { openTracedMachine } from '../../../src/ml/engine/traced.ts';
import { bagWeights } from '../../../src/ml/tasks/bag.ts';
import { classifyTask } from '../../../src/ml/tasks/classify.ts';
import { outputsOf } from '../../../src/ml/tasks/model.ts';
import { initialHead } from '../../../src/ml/tasks/task.ts';
import { initialState } from '../../../src/ml/train/step.ts';
import { sentence, tinyConfig, tinyText, tokens } from './tiny.ts';

const batch = tokens([sentence([4, 9, 12]), sentence([20, 21, 22, 23, 24])]);

describe('a bag', () => {
  it('gives the mean of its members scores', async () => {
    const one = classifyTask({ classes: 3, width: 32 });
    const members = [1, 2, 3].map(
      (seed) =>
        new Map([...initialBertWeights(tinyConfig, seed), ...initialHead(one.shapes, seed)]),
    );
    const scores = async (weights: (typeof members)[number], model = tinyText, task = one) => {
      const machine = openTracedMachine(initialState(weights, []), { threads: 1 });
      const { logits } = await machine.run(outputsOf(model, task), batch);
      await machine.close();
      return Array.from(logits?.data as Float32Array);
    };
    const each = await Promise.all(members.map((weights) => scores(weights)));
    const mean = (each[0] as number[]).map((_, i) =>
      each.reduce((sum, own) => sum + (own[i] as number) / 3, 0),
    );
    const whole = await scores(
      bagWeights(members, one.shapes),
      { ...tinyText, members: 3 },
      classifyTask({ classes: 3, width: 96 }),
    );
    expect(whole).toEqual(mean.map((value) => expect.closeTo(value, 5)));
  });
});
