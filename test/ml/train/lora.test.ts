import { describe, expect, it } from '@jest/globals';
import { initialBertWeights } from '../../../src/ml/bert/parameters.ts';
import { openTracedMachine } from '../../../src/ml/engine/traced.ts';
import { normalFrom } from '../../../src/ml/random.ts';
import { classifyTask } from '../../../src/ml/tasks/classify.ts';
import { outputsOf } from '../../../src/ml/tasks/model.ts';
import { initialHead } from '../../../src/ml/tasks/task.ts';
import { initialLora, loraDense, mergeLora } from '../../../src/ml/train/lora.ts';
import { initialState } from '../../../src/ml/train/step.ts';
import type { Weights } from '../../../src/ml/weights/weights.ts';
import { sentence, tinyConfig, tinyText, tokens } from '../tasks/tiny.ts';

const lora = { rank: 3, alpha: 6 };
const task = classifyTask({ classes: 4, width: 32 });
const base = initialBertWeights(tinyConfig, 1);
const head = initialHead(task.shapes, 2);
const batch = tokens([sentence([4, 9, 12]), sentence([20, 21, 22, 23, 24])]);

const logits = async (weights: Weights, adapted?: Weights) => {
  const machine = openTracedMachine(initialState(weights, []), { threads: 1 });
  const dense = adapted && loraDense(adapted, lora);
  const outputs = await machine.run(outputsOf(tinyText, task, dense), batch);
  await machine.close();
  return Array.from(outputs.logits?.data as Float32Array);
};
const close = (values: number[]) => values.map((value) => expect.closeTo(value, 5));

describe('low-rank updates', () => {
  it('start from the model as it is', async () => {
    const updates = initialLora(base, lora, 3);
    const plain = await logits(new Map([...base, ...head]));
    expect(await logits(new Map([...base, ...head, ...updates]), updates)).toEqual(close(plain));
  });

  it('merged into the weights compute the same as beside them', async () => {
    const updates = initialLora(base, lora, 3);
    const normal = normalFrom(9);
    for (const { data } of updates.values())
      for (let i = 0; i < data.length; i++) data[i] = normal();
    const all = new Map([...base, ...head, ...updates]);
    const beside = await logits(all, updates);
    const merged = mergeLora(all, lora);
    expect([...merged.keys()]).toEqual([...base.keys(), ...head.keys()]);
    expect(await logits(merged)).toEqual(beside.map((value) => expect.closeTo(value, 4)));
    const plain = await logits(new Map([...base, ...head]));
    expect(
      Math.max(...beside.map((value, i) => Math.abs(value - (plain[i] as number)))),
    ).toBeGreaterThan(0.01);
  });
});
