import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HostTensor, type OnnxSession, openSession } from '../../../../src/ml/onnx/session.ts';
import type { Outputs } from '../../../../src/ml/serve/explain/graphs.ts';
import type { ServedReason } from '../../../../src/ml/serve/explain/reason.ts';
import { attributeTokens } from '../../../../src/ml/serve/explain/text.ts';
import { type ServedRow, tensorsOf } from '../../../../src/ml/serve/inputs.ts';
import type { ServedModel } from '../../../../src/ml/serve/served.ts';
import { openServedModel } from '../../../../src/ml/serve/served-model.ts';
import {
  sampleTexts,
  servedRow,
  type Tiny,
  tinyClassifier,
  tinyHeads,
  tinyRegression,
  tinyTokenizer,
  writeModelFolder,
} from '../../../helpers/served-models.ts';

const folders: string[] = [];
const opened: { close(): Promise<void> }[] = [];

async function published(tiny: Tiny): Promise<string> {
  const folder = await writeModelFolder(tiny);
  folders.push(folder);
  return folder;
}

async function open(folder: string): Promise<ServedModel> {
  const model = await openServedModel(folder, { threads: 1 });
  opened.push(model);
  return model;
}

async function openGraph(folder: string, file: string): Promise<OnnxSession> {
  const session = await openSession(await readFile(join(folder, file)), { threads: 1 });
  opened.push(session);
  return session;
}

afterAll(async () => {
  for (const each of opened) await each.close();
  for (const folder of folders) await rm(folder, { recursive: true });
});

describe('integrated gradients of a classifier', () => {
  const { special } = tinyTokenizer;
  const own = new Set([special.pad, special.cls as number, special.sep as number]);
  const neutral = special.mask as number;
  const direction = [1, -0.5, -0.5];
  const tokens = sampleTexts.map((text) => tinyTokenizer.encode(text, { maxLength: 16 }));
  let [slopes, full] = [{} as OnnxSession, {} as OnnxSession];

  beforeAll(async () => {
    const folder = await published(tinyClassifier(11));
    slopes = await openGraph(folder, 'slopes.onnx');
    full = await openGraph(folder, 'model.onnx');
  });

  const scoreOf = async (ids: Int32Array): Promise<number> => {
    const inputs = { size: 1, tokens: [ids], features: undefined };
    const { logits } = await full.run(tensorsOf(inputs, [0], special.pad));
    const scores = (logits as HostTensor).data as Float32Array;
    return direction.reduce((sum, share, i) => sum + share * (scores[i] as number), 0);
  };
  const baselineOf = (ids: Int32Array) => ids.map((id) => (own.has(id) ? id : neutral));

  it('sum to the difference of the model’s own scores, and give special tokens nothing', async () => {
    const directions = tokens.map(() => direction);
    const answers = await attributeTokens(slopes, {
      ...{ tokens, features: undefined, directions },
      ...{ special: own, neutral, pad: special.pad },
    });
    for (const [row, { attributions, difference }] of answers.entries()) {
      const ids = tokens[row] as Int32Array;
      const expected = (await scoreOf(ids)) - (await scoreOf(baselineOf(ids)));
      expect(difference).toBeCloseTo(expected, 4);
      const sum = attributions.reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - expected)).toBeLessThan(Math.max(0.002, 0.05 * Math.abs(expected)));
      expect(attributions[0]).toBeCloseTo(0, 6);
      expect(attributions.at(-1)).toBeCloseTo(0, 6);
    }
  });

  it('are the slopes of the score: they sum to what a small step on the way changes', async () => {
    const ids = tokens[0] as Int32Array;
    const inputs = { size: 1, tokens: [ids], features: undefined };
    const data = BigInt64Array.from(baselineOf(ids), BigInt);
    const at = async (place: number) => {
      const outputs = await slopes.run({
        ...tensorsOf(inputs, [0], special.pad),
        baseline_ids: { type: 'int64', shape: [1, ids.length], data },
        place: { type: 'float32', shape: [1], data: Float32Array.of(place) },
        direction: { type: 'float32', shape: [1, 3], data: Float32Array.from(direction) },
      });
      const sum = Array.from(outputs.slopes?.data ?? [], Number).reduce((a, b) => a + b, 0);
      return { sum, score: Number(outputs.score?.data[0]) };
    };
    for (const place of [0.2, 0.6, 0.9]) {
      const [before, middle, after] = [
        await at(place - 0.01),
        await at(place),
        await at(place + 0.01),
      ];
      expect(middle.sum).toBeCloseTo((after.score - before.score) / 0.02, 1);
    }
  });
});

describe('reasons of a text', () => {
  it('name words of the text, and nothing for what the vocabulary does not know', async () => {
    const model = await open(await published(tinyClassifier(11)));
    const text = `${sampleTexts[0]} \u2603`;
    const ids = [...tinyTokenizer.encode(text, { maxLength: 16 })];
    expect(ids).toContain(tinyTokenizer.special.unk);
    const [prediction] = await model.predict([servedRow('1', { text })], 100);
    const named = prediction?.reasons.map((reason) => reason.text ?? '') ?? [];
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((word) => !text.toLowerCase().includes(word))).toEqual([]);
  });
});

describe('reasons of further heads', () => {
  const tiny = tinyHeads(11);
  const rows = sampleTexts.map((text, at) => servedRow(`${at}`, { text }));
  // Eight bits round a model with more outputs otherwise: full precision is compared with itself.
  const openFull = async (folder: string) => {
    await rm(join(folder, 'model.int8.onnx'), { force: true });
    return open(folder);
  };
  const shown = (reasons: readonly ServedReason[] = []) =>
    new Map(reasons.map(({ text, contribution }) => [text, contribution]));
  const expectAlike = (some: readonly ServedReason[] | undefined, others: typeof some) => {
    const [these, those] = [shown(some), shown(others)];
    expect([...these.keys()].sort()).toEqual([...those.keys()].sort());
    for (const [word, contribution] of those) expect(these.get(word)).toBeCloseTo(contribution, 4);
  };

  it('are those of a model with that task alone, and its own stay as they are', async () => {
    const { heads = [], maxLength } = tiny.manifest;
    const answers = await (await openFull(await published(tiny))).predict(rows, 100);
    const own = await (await openFull(await published(tinyClassifier(11)))).predict(rows, 100);
    for (const [at, { reasons }] of answers.entries()) expectAlike(reasons, own[at]?.reasons);
    for (const [i, head] of heads.entries()) {
      const outputs = tiny.further?.[i] as Outputs;
      const alone = { ...{ model: tiny.model, weights: tiny.weights, outputs } };
      const folder = await published({ ...alone, manifest: { ...head, maxLength } });
      const expected = await (await openFull(folder)).predict(rows, 100);
      for (const [at, { further }] of answers.entries()) {
        expect(further?.[i]?.task).toBe(head.task.name);
        expectAlike(further?.[i]?.reasons, expected[at]?.reasons);
      }
      expect(expected[0]?.reasons.length).toBeGreaterThan(0);
    }
  });

  it('are as many as asked for, and none are looked for where none are', async () => {
    const folder = await published(tiny);
    const model = await open(folder);
    const count = async (most: number) =>
      (await model.predict([servedRow('x', { text: 'very good box' })], most)).map(({ further }) =>
        further?.map(({ reasons }) => reasons.length),
      );
    const before = model.bytes;
    expect(await count(0)).toEqual([[0, 0]]);
    expect(model.bytes).toBe(before);
    expect(await count(2)).toEqual([[2, 2]]);
  });

  it('are not there in a version of before, whose own reasons stay', async () => {
    const folder = await published(tiny);
    const before = await published(tinyClassifier(11));
    await copyFile(join(before, 'slopes.onnx'), join(folder, 'slopes.onnx'));
    const [prediction] = await (await open(folder)).predict(rows, 5);
    expect(prediction?.reasons.length).toBeGreaterThan(0);
    expect(prediction?.further?.map(({ reasons }) => reasons)).toEqual([[], []]);
  });
});

/** Exact Shapley values of a row by the served model itself, over all sets of features. */
async function bruteForce(model: ServedModel, tiny: Tiny, row: ServedRow): Promise<number[]> {
  const { background = [] } = tiny.manifest;
  const withText = row.text !== undefined;
  const players = (row.features?.length ?? 0) + (withText ? 1 : 0);
  const values: number[] = [];
  for (let set = 0; set < 2 ** players; set++) {
    const rows = background.map((world, i) => {
      const features = world.map((other, j) =>
        (set >> j) & 1 ? (row.features?.[j] ?? null) : other,
      );
      const text = (set >> (players - 1)) & 1 ? row.text : '';
      return servedRow(`${i}`, { features, ...(withText && { text: text ?? '' }) });
    });
    const predictions = await model.predict(rows, 0);
    values.push(predictions.reduce((sum, { value }) => sum + Number(value), 0) / rows.length);
  }
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  return Array.from({ length: players }, (_, player) => {
    let share = 0;
    for (const [set, value] of values.entries()) {
      if ((set >> player) & 1) continue;
      const size = set.toString(2).replaceAll('0', '').length;
      const weight = (factorial(size) * factorial(players - size - 1)) / factorial(players);
      share += weight * ((values[set | (1 << player)] as number) - value);
    }
    return share;
  });
}

describe.each([
  ['features alone', false, 1],
  ['features and a text', true, 1],
  ['features and a text, by two encoders', true, 2],
])('contributions of %s', (_, withText, members) => {
  const tiny = tinyRegression(21, withText, members);
  const rows = [
    servedRow('a', { features: [1.5, 'Wuhan', -0.5], ...(withText && { text: 'very good box' }) }),
    servedRow('b', { features: [null, 'Paris', 2], ...(withText && { text: 'refund' }) }),
  ];

  it('are the exact Shapley values of the served model', async () => {
    const folder = await published(tiny);
    // Eight bits round each batch by itself; the comparison is of full precision with itself.
    await rm(join(folder, 'model.int8.onnx'), { force: true });
    const model = await open(folder);
    const predictions = await model.predict(rows, 5);
    for (const [at, { reasons }] of predictions.entries()) {
      const shares = await bruteForce(model, tiny, rows[at] as ServedRow);
      const names = ['orders', 'city', 'age', ...(withText ? ['text'] : [])];
      expect(reasons.map(({ name }) => name).sort()).toEqual(names.toSorted());
      for (const [player, name] of names.entries()) {
        const reason = reasons.find((each) => each.name === name);
        expect(reason?.contribution).toBeCloseTo(shares[player] as number, 3);
      }
      const sizes = reasons.map(({ contribution }) => Math.abs(contribution));
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    }
  });

  it('show the values, and the words that spoke the same way', async () => {
    const model = await open(await published(tiny));
    const [first, second] = await model.predict(rows, 5);
    const shown = (reasons: typeof first, name: string) =>
      reasons?.reasons.find((each) => each.name === name)?.text;
    expect(shown(first, 'orders')).toBe('1.5');
    expect(shown(first, 'city')).toBe('Wuhan');
    expect(shown(second, 'orders')).toBe('missing');
    if (withText) expect(shown(first, 'text')).toMatch(/^(very|good|box)(, (very|good|box))*$/);
  });
});
