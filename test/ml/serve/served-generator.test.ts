import { cp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createModelServer, type ModelServer } from '../../../src/ml/serve/server.ts';
import { loadGenerator } from '../../../src/ml/t5/run/generator.ts';
import { changeManifest, trainGenerator } from '../../helpers/generator.ts';

let folder: string;
let server: ModelServer;
beforeAll(async () => {
  folder = await trainGenerator();
  server = createModelServer();
}, 300_000);
afterAll(async () => {
  await server.close();
  await rm(dirname(folder), { recursive: true, force: true });
});

const texts = ['bought luxury watch', 'bought cheap soap', 'bought the coat'];
const rows = texts.map((text, at) => ({
  id: `${at}`,
  group: `${at}`,
  at: '2026-01-01T00:00:00Z',
  text,
}));

/** A version of the same weights beside it, with another manifest. */
async function variant(
  name: string,
  change: (manifest: Record<string, unknown>) => object,
): Promise<string> {
  const copy = join(dirname(folder), name);
  await cp(folder, copy, { recursive: true });
  await changeManifest(copy, change);
  return copy;
}

describe('a text-to-text version behind the model server', () => {
  it('answers with its labels, how sure it is, and how little it knows', async () => {
    const predictions = await server.predict(folder, rows);
    expect(predictions.map(({ value }) => value)).toEqual(['high', 'low', 'middle']);
    const generator = await loadGenerator(folder, { threads: 1 });
    const alone = await generator.answer(texts);
    await generator.close();
    predictions.forEach(({ probability, uncertainty, reasons }, at) => {
      expect(probability).toBeCloseTo(alone[at]?.confidence as number, 5);
      expect(uncertainty).toBeLessThan(0.7);
      expect(uncertainty).toBeGreaterThan(0);
      expect(reasons).toEqual([]);
    });
  });

  it('says nothing below the least confidence, but how sure it would have been', async () => {
    const careful = await variant('careful', () => ({ leastConfidence: null }));
    const [sure] = await server.predict(folder, rows);
    const [unsure] = await server.predict(careful, rows);
    expect(unsure?.value).toBeNull();
    expect(unsure?.probability).toBeCloseTo(sure?.probability as number, 5);
  });

  it('answers its further tasks beside its own', async () => {
    const several = await variant('several', ({ stack: _, ...alone }) => ({
      further: [
        { ...alone, task: { kind: 'GENERATE', labels: ['low', 'high'], name: 'risk' } },
        {
          ...alone,
          task: { kind: 'GENERATE', labels: ['low', 'high'], name: 'interests' },
          ...{ several: true, leastConfidence: null, calibration: undefined },
        },
      ],
    }));
    const predictions = await server.predict(several, rows);
    const own = await server.predict(folder, rows);
    predictions.forEach(({ value, further, task }, at) => {
      expect([task, value]).toEqual([undefined, own[at]?.value]);
      expect(further?.map(({ task }) => task)).toEqual(['risk', 'interests']);
      expect([null, 'low', 'high']).toContain(further?.[0]?.value);
      expect(further?.[1]).toMatchObject({ value: null, several: true });
    });
  });

  it('gives no vectors, and says which file is damaged', async () => {
    await expect(server.embedder(folder, '1')).rejects.toThrow(/no vectors/);
    const torn = await variant('torn', () => ({}));
    await writeFile(join(torn, 'decoder.onnx'), 'no graph');
    await expect(server.predict(torn, rows)).rejects.toThrow(/decoder\.onnx/);
    expect(await server.predict(folder, rows)).toHaveLength(3);
  });
});
