import { describe, expect, it } from '@jest/globals';
import type { HostTensors } from '../../../src/ml/onnx/session.ts';
import { floats, integers } from '../../../src/ml/onnx/tensors.ts';
import { seededRandom } from '../../../src/ml/random.ts';
import { classifyTask } from '../../../src/ml/tasks/classify.ts';
import { embedTask } from '../../../src/ml/tasks/embed.ts';
import { fusionShapes } from '../../../src/ml/tasks/fusion.ts';
import { multiLabelTask } from '../../../src/ml/tasks/multi-label.ts';
import { regressTask } from '../../../src/ml/tasks/regress.ts';
import { sequenceTask } from '../../../src/ml/tasks/sequence.ts';
import { fitScale, fromScale } from '../../../src/ml/tasks/target-scale.ts';
import type { Task } from '../../../src/ml/tasks/task.ts';
import { NO_TAG } from '../../../src/ml/text/units.ts';
import { argmaxes, learn, sentence, share, tinyText, tokens } from './tiny.ts';

type Random = () => number;
const SIZE = 16;

/** A text of 8 words of which some mean something; the others are noise. */
const words = (random: Random) => Array.from({ length: 8 }, () => 10 + Math.floor(random() * 20));
const sample = <T>(random: Random, make: (random: Random) => T) =>
  Array.from({ length: SIZE }, () => make(random));
interface Example<Truth> {
  readonly row: Int32Array;
  readonly truth: Truth;
}
const textsOf = (examples: readonly Example<unknown>[]) => tokens(examples.map(({ row }) => row));

/** What draws a batch of examples: their inputs, and their truths as the task wants them. */
const batches =
  <Truth, Own extends Example<Truth>>(
    task: Task<Truth>,
    example: (random: Random) => Own & Example<Truth>,
    inputs: (examples: Own[]) => HostTensors = textsOf,
  ) =>
  (random: Random): HostTensors => {
    const examples = sample(random, example);
    const truths = examples.map(({ truth }) => truth);
    return { ...inputs(examples), ...task.targets(truths, SIZE, 16) };
  };
const unseen = seededRandom(99).next;

describe('each task learns', () => {
  it('classes: which of three words a text has, to an accuracy of 0.95', async () => {
    const task = classifyTask({ classes: 3, width: 32 });
    const example = (random: Random) => {
      const truth = Math.floor(random() * 3);
      return { truth, row: sentence(words(random).with(Math.floor(random() * 8), 4 + truth)) };
    };
    const batch = batches(task, example);
    const model = await learn({ model: tinyText, task, batch, steps: 200, rate: 5e-3 });
    const hits = [];
    for (let round = 0; round < 10; round++) {
      const examples = sample(unseen, example);
      const { logits } = await model.test(textsOf(examples));
      const guesses = argmaxes(logits?.data as Float32Array, 3);
      hits.push(...examples.map(({ truth }, i) => truth === guesses[i]));
    }
    expect(share(hits)).toBeGreaterThanOrEqual(0.95);
    await model.close();
  });

  it('label sets: all of the words that a text has, to 0.95 of the labels', async () => {
    const task = multiLabelTask({ labels: 3, width: 32 });
    const example = (random: Random) => {
      const truth = [0, 1, 2].filter(() => random() < 0.5);
      const row = words(random);
      truth.forEach((label, i) => {
        row[i * 2] = 4 + label;
      });
      return { truth, row: sentence(row) };
    };
    const batch = batches(task, example);
    const model = await learn({ model: tinyText, task, batch, steps: 250, rate: 5e-3 });
    const examples = sample(unseen, example);
    const { logits } = await model.test(textsOf(examples));
    const cells = examples.flatMap(({ truth }, row) =>
      [0, 1, 2].map((label) => truth.includes(label) === Number(logits?.data[row * 3 + label]) > 0),
    );
    expect(share(cells)).toBeGreaterThanOrEqual(0.95);
    await model.close();
  });

  it('numbers: how often a word is said, to an error of 0.5', async () => {
    const example = (random: Random) => {
      const row = words(random);
      for (let i = 0; i < 8; i++) if (random() < 0.4) row[i] = 4;
      return { truth: 100 * row.filter((word) => word === 4).length, row: sentence(row) };
    };
    const scale = fitScale(sample(unseen, example).map(({ truth }) => truth));
    const task = regressTask({ width: 32, scale, delta: 1 });
    const batch = batches(task, example);
    const model = await learn({ model: tinyText, task, batch, steps: 250, rate: 5e-3 });
    const examples = sample(unseen, example);
    const { value } = await model.test(textsOf(examples));
    const errors = examples.map(
      ({ truth }, i) => (fromScale(scale, Number(value?.data[i])) - truth) ** 2,
    );
    expect(Math.sqrt(errors.reduce((a, b) => a + b) / SIZE)).toBeLessThan(50);
    await model.close();
  });

  it('tags: each word by what stands before it, to 0.95 of the words', async () => {
    const task = sequenceTask({ tags: 3, width: 32 });
    // Tag 1 follows word 4, tag 2 is word 4 itself.
    const example = (random: Random) => {
      const row = words(random).map((word) => (random() < 0.3 ? 4 : word));
      const tags = row.map((word, i) => (word === 4 ? 2 : row[i - 1] === 4 ? 1 : 0));
      return { row: sentence(row), truth: [NO_TAG, ...tags, NO_TAG] };
    };
    const batch = batches(task, example);
    const model = await learn({ model: tinyText, task, batch, steps: 500, rate: 5e-3 });
    const examples = sample(unseen, example);
    const { logits } = await model.test(textsOf(examples));
    const guesses = argmaxes(logits?.data as Float32Array, 3);
    const hits = examples.flatMap(({ truth }, row) =>
      truth.flatMap((tag, i) => (tag === NO_TAG ? [] : [guesses[row * 16 + i] === tag])),
    );
    expect(share(hits)).toBeGreaterThanOrEqual(0.95);
    await model.close();
  });

  it('vectors: texts on one of 6 topics are nearest to their like, 0.9 of them', async () => {
    const task = embedTask({ temperature: 0.05 });
    const about = (topic: number, random: Random) =>
      sentence(words(random).with(Math.floor(random() * 8), 4 + topic));
    const draw = (random: Random) => sample(random, () => Math.floor(random() * 6));
    const batch = (random: Random) => {
      const topics = draw(random);
      const rows = [...topics, ...topics].map((topic) => about(topic, random));
      return { ...tokens(rows), ...task.targets(topics, 2 * SIZE, 16) };
    };
    const model = await learn({ model: tinyText, task, batch, steps: 300, rate: 5e-3 });
    const topics = [...draw(unseen), ...draw(unseen)];
    const { vector } = await model.test(tokens(topics.map((topic) => about(topic, unseen))));
    const vectors = topics.map((_, i) => vector?.data.slice(i * 32, (i + 1) * 32) as Float32Array);
    const cosine = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
    const hits = topics.map((topic, i) => {
      const scores = vectors.map((other, j) =>
        i === j ? -2 : cosine(vectors[i] as Float32Array, other),
      );
      return topics[scores.indexOf(Math.max(...scores))] === topic;
    });
    expect(share(hits)).toBeGreaterThanOrEqual(0.9);
    await model.close();
  });

  it('from text and features: what only the two together tell, to an accuracy of 0.9', async () => {
    const features = { numbers: 4, tables: [4], width: 32 };
    const model = { ...tinyText, features };
    const task = classifyTask({ classes: 2, width: 32 });
    // The word tells which of the two numbers decides, by its sign; the category turns it around.
    const example = (random: Random) => {
      const word = Math.floor(random() * 2);
      const numbers = [random() * 4 - 2, random() * 4 - 2];
      const category = 2 + Math.floor(random() * 2);
      const positive = (numbers[word] as number) > 0;
      const row = sentence(words(random).with(3, 4 + word));
      return {
        row,
        numbers: [...numbers, 0, 0],
        category,
        truth: Number(positive) ^ (category & 1),
      };
    };
    const tensorsOf = (examples: ReturnType<typeof example>[]) => ({
      ...textsOf(examples),
      numbers: floats([SIZE, 4], Float32Array.from(examples.flatMap(({ numbers }) => numbers))),
      categories: integers(
        [SIZE, 1],
        Int32Array.from(examples, ({ category }) => category),
      ),
    });
    const batch = batches(task, example, tensorsOf);
    const fusion = fusionShapes(features, 32);
    const trained = await learn({ model, task, fusion, batch, steps: 800, rate: 3e-3 });
    const hits = [];
    for (let round = 0; round < 10; round++) {
      const examples = sample(unseen, example);
      const { logits } = await trained.test(tensorsOf(examples));
      const guesses = argmaxes(logits?.data as Float32Array, 2);
      hits.push(...examples.map(({ truth }, i) => truth === guesses[i]));
    }
    expect(share(hits)).toBeGreaterThanOrEqual(0.9);
    await trained.close();
  });
});
