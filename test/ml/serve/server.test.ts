import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { textBaseline } from '../../../src/ml/baselines/text-baseline.ts';
import { type HostTensor, openSession } from '../../../src/ml/onnx/session.ts';
import { textTensors } from '../../../src/ml/onnx/tensors.ts';
import { createModelServer, type ModelServer } from '../../../src/ml/serve/server.ts';
import {
  sampleTexts,
  servedRow,
  tinyClassifier,
  tinyEmbedder,
  tinyManifest,
  tinyTokenizer,
  writeModelFolder,
} from '../../helpers/served-models.ts';

let server: ModelServer;
const folders: string[] = [];

async function published(...args: Parameters<typeof writeModelFolder>): Promise<string> {
  const folder = await writeModelFolder(...args);
  folders.push(folder);
  return folder;
}

beforeAll(() => {
  server = createModelServer({ workers: 2 });
});

afterAll(async () => {
  await server.close();
  for (const folder of folders) await rm(folder, { recursive: true });
});

/** One text after the other, without batches, in this thread. */
async function alone(folder: string, texts: readonly string[], output: string) {
  const file = await readFile(join(folder, 'model.int8.onnx')).then(
    () => 'model.int8.onnx',
    () => 'model.onnx',
  );
  const session = await openSession(join(folder, file), { threads: 1 });
  const rows: number[][] = [];
  for (const text of texts) {
    const ids = tinyTokenizer.encode(text, { maxLength: 16 });
    const outputs = await session.run(textTensors([ids], 0), {}, [output]);
    rows.push(Array.from((outputs[output] as HostTensor).data, Number));
  }
  await session.close();
  return rows;
}

describe('the model server', () => {
  it('embeds any number of texts, in their order', async () => {
    const folder = await published(tinyEmbedder(1));
    const embedder = await server.embedder(folder, 'v1');
    expect(embedder).toMatchObject({ version: 'v1', dimensions: 32 });
    const texts = Array.from({ length: 700 }, (_, i) =>
      sampleTexts.slice(0, 1 + (i % 5)).join(' '.repeat(1 + (i % 3))),
    );
    const vectors = await embedder.embed(texts);
    const expected = await alone(folder, texts.slice(0, 20), 'vector');
    expect(vectors).toHaveLength(700);
    expected.forEach((row, at) => {
      // Eight bits round a batch together: the same text differs a little between batches.
      const cosine = row.reduce((sum, value, i) => sum + value * (vectors[at]?.[i] ?? 0), 0);
      expect(cosine).toBeGreaterThan(0.998);
    });
    expect(await embedder.embed([])).toEqual([]);
  });

  it('predicts classes with their probability and reasons', async () => {
    const folder = await published(tinyClassifier(2));
    const rows = sampleTexts.map((text, at) => servedRow(`${at}`, { text }));
    const predictions = await server.predict(folder, rows);
    const scores = await alone(folder, sampleTexts, 'logits');
    predictions.forEach(({ value, probability, reasons }, at) => {
      const powers = (scores[at] as number[]).map(Math.exp);
      const total = powers.reduce((a, b) => a + b);
      const best = powers.indexOf(Math.max(...powers));
      expect(value).toBe(tinyManifest.task.labels[best]);
      expect(probability).toBeCloseTo((powers[best] as number) / total, 1);
      expect(reasons.length).toBeLessThanOrEqual(5);
    });
    expect(predictions[0]?.reasons.map(({ text }) => text).sort()).toEqual(['box', 'good']);
    expect(predictions.at(-1)?.reasons).toEqual([]);
  });

  it('answers with the probabilities that calibration makes of them', async () => {
    const calibration = { kind: 'temperature', temperature: 1000 } as const;
    const folder = await published(tinyClassifier(2, { ...tinyManifest, calibration }));
    const [prediction] = await server.predict(folder, [servedRow('a', { text: 'good box' })]);
    expect(prediction?.probability).toBeCloseTo(1 / 3, 2);
  });

  it('mixes in the baseline that a model is stacked with', async () => {
    const { labels } = tinyManifest.task;
    const rows = Array.from({ length: 30 }, (_, at) => ({
      ...servedRow(`${at}`, { text: sampleTexts[at % 3] as string }),
      label: labels[at % 3] as string,
    }));
    const task = { kind: 'CLASSIFY', labels, features: [] } as const;
    const baseline = await textBaseline.fit(task, rows);
    const stack = { weights: [0, 1] };
    const folder = await published(tinyClassifier(2, { ...tinyManifest, stack }));
    await writeFile(join(folder, 'baseline.json'), baseline.save());
    const predictions = await server.predict(folder, rows.slice(0, 3));
    const expected = baseline.predict(rows.slice(0, 3));
    predictions.forEach(({ value, probability }, at) => {
      expect(value).toBe(labels[at]);
      expect(probability).toBeCloseTo(expected[at]?.[at] as number, 5);
    });
  });

  it('swaps versions while requests are under way, without a failure', async () => {
    const versions = [await published(tinyClassifier(3)), await published(tinyClassifier(4))];
    const small = createModelServer({ workers: 1, memory: 1, reasons: 0 });
    const rows = [servedRow('a', { text: 'very bad' }), servedRow('b', { text: 'good' })];
    const requests = Array.from({ length: 40 }, (_, i) =>
      small.predict(versions[Math.floor(i / 4) % 2] as string, rows),
    );
    const answers = await Promise.all(requests);
    await small.close();
    const each = await Promise.all(versions.map((folder) => server.predict(folder, rows)));
    answers.forEach((answer, i) => {
      const own = each[Math.floor(i / 4) % 2];
      expect(answer.map(({ probability }) => probability)).toEqual(
        own?.map(({ probability }) => probability),
      );
    });
  });

  it('says which file is damaged, and serves the version beside it on', async () => {
    const [whole, torn] = [await published(tinyClassifier(5)), await published(tinyClassifier(5))];
    const row = [servedRow('a', { text: 'good' })];
    const before = await server.predict(whole, row);
    for (const name of ['model.onnx', 'model.int8.onnx'])
      await writeFile(
        join(torn, name),
        (await readFile(join(torn, 'model.onnx'))).subarray(0, 999),
      );
    await expect(server.predict(torn, row)).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringMatching(/does not load/),
    });
    expect(await server.predict(whole, row)).toEqual(before);
    // Once it is whole, it is served: the failure is not remembered.
    for (const name of ['model.onnx', 'model.int8.onnx'])
      await copyFile(join(whole, 'model.onnx'), join(torn, name));
    expect(await server.predict(torn, row)).toHaveLength(1);
  });

  it.each([
    ['cameo.json', '{', /cameo.json is damaged/],
    ['cameo.json', '{"task":{"kind":"FLY","labels":[],"name":"x"}}', /cameo.json is damaged/],
    ['tokenizer.json', '[]', /tokenizer/],
  ])('refuses a folder whose %s is %s', async (name, content, message) => {
    const folder = await published(tinyClassifier(6));
    await writeFile(join(folder, name), content);
    await expect(server.predict(folder, [servedRow('a', { text: 'x' })])).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringMatching(message),
    });
  });

  it('refuses what a model is not for, and a folder that is not there', async () => {
    const [embeds, classifies] = [
      await published(tinyEmbedder(7)),
      await published(tinyClassifier(7)),
    ];
    await expect(server.predict(embeds, [servedRow('a', { text: 'x' })])).rejects.toThrow(
      'A model of the kind EMBED does not predict.',
    );
    await expect(server.embedder(classifies, 'v')).rejects.toThrow('gives no vectors of texts');
    await expect(server.embedder(join(embeds, 'nowhere'), 'v')).rejects.toThrow(/Cannot read/);
  });

  it('runs where it can, and says why not where it should', async () => {
    const providers = ['cuda', 'cpu'] as const;
    const eager = createModelServer({ session: { threads: 1, providers } });
    const { provider, failures } = await eager.probe();
    await eager.close();
    expect(provider).toBe(failures.length === 0 ? 'cuda' : 'cpu');
    for (const failure of failures) expect(failure).toMatch(/^cuda: ./);
    expect(await server.probe()).toEqual({ provider: 'cpu', failures: [] });
  });

  it('reads no further than the model does in a text of a megabyte', async () => {
    const folder = await published(tinyEmbedder(8));
    const embedder = await server.embedder(folder, 'v');
    const [long, short] = await embedder.embed(['good '.repeat(200_000), 'good '.repeat(14)]);
    expect(long).toEqual(short);
  });

  it('fails what is under way when it is closed', async () => {
    const folder = await published(tinyEmbedder(9));
    const closed = createModelServer();
    const answer = expect(closed.embedder(folder, 'v')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    await closed.close();
    await answer;
    await expect(closed.embedder(folder, 'v')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
