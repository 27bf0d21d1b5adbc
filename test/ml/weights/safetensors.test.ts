import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readSafetensors, writeSafetensors } from '../../../src/ml/weights/safetensors.ts';
import type { Weights } from '../../../src/ml/weights/weights.ts';

describe('safetensors', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cameo-safetensors-'));
  });

  it('reads back what it wrote, bit for bit', async () => {
    const weights: Weights = new Map([
      ['a.weight', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-30, 7) }],
      ['b', { shape: [], data: Float32Array.of(42) }],
    ]);
    await writeSafetensors(join(folder, 'a'), weights);
    expect(await readSafetensors(join(folder, 'a'))).toEqual(weights);
  });

  it('decodes half and brain floats', async () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00); // 1, -2, 2^-24, infinity
    const brains = Uint16Array.of(0x3f80, 0xc000); // 1, -2
    const header = {
      h: { dtype: 'F16', shape: [4], data_offsets: [0, 8] },
      b: { dtype: 'BF16', shape: [2], data_offsets: [8, 12] },
    };
    await writeFile(join(folder, 'halves'), raw(header, halves, brains));
    const weights = await readSafetensors(join(folder, 'halves'));
    expect([...(weights.get('h')?.data ?? [])]).toEqual([
      1,
      -2,
      2 ** -24,
      Number.POSITIVE_INFINITY,
    ]);
    expect([...(weights.get('b')?.data ?? [])]).toEqual([1, -2]);
  });

  it('writes F16 as the nearest half, ties to even, in half the space', async () => {
    const values = Float32Array.of(
      0,
      -0,
      1,
      -2.5,
      1 / 3,
      2 ** -24,
      2 ** -26,
      65504,
      1e6,
      1 + 2 ** -11,
    );
    const weights: Weights = new Map([['a', { shape: [10], data: values }]]);
    await writeSafetensors(join(folder, 'half'), weights, {}, 'F16');
    const read = (await readSafetensors(join(folder, 'half'))).get('a')?.data ?? [];
    // 1/3 in binary16 is 0x3555 = 1365/4096; 2^-26 is below half of the smallest; 1 + 2^-11 is a tie.
    const expected = [0, -0, 1, -2.5, 1365 / 4096, 2 ** -24, 0, 65504, Number.POSITIVE_INFINITY, 1];
    expect([...read]).toEqual(expected);
  });

  it('reads any half that it wrote as the same half', async () => {
    const halves = Uint16Array.from({ length: 0x7c00 }, (_, i) => i);
    const header = {
      h: { dtype: 'F16', shape: [halves.length], data_offsets: [0, 2 * halves.length] },
    };
    await writeFile(join(folder, 'all'), raw(header, halves));
    const weights = await readSafetensors(join(folder, 'all'));
    await writeSafetensors(join(folder, 'again'), weights, {}, 'F16');
    const again = await readSafetensors(join(folder, 'again'));
    expect(again.get('h')?.data.join()).toBe(weights.get('h')?.data.join());
  });

  it.each([
    ['an empty file', Buffer.alloc(0), /not a safetensors file/],
    ['a file of text', Buffer.from('hello, I am not a model'), /not a safetensors file/],
    ['a damaged header', Buffer.concat([lengthOf(4), Buffer.from('{"a"')]), /not JSON/],
    [
      'data that was cut off',
      raw({ a: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }, Uint16Array.of(1)),
      /cut off or damaged/,
    ],
  ])('refuses %s', async (_, bytes, message) => {
    const path = join(folder, 'damaged');
    await writeFile(path, bytes);
    await expect(readSafetensors(path)).rejects.toThrow(message);
  });

  it('leaves the old file as it was when a save fails', async () => {
    const path = join(folder, 'kept');
    await writeSafetensors(path, new Map([['a', { shape: [1], data: Float32Array.of(1) }]]));
    const before = await readFile(path);
    const bad = new Map([
      [
        'a',
        {
          shape: [1],
          get data(): Float32Array {
            throw new Error('disk full');
          },
        },
      ],
    ]);
    await expect(writeSafetensors(path, bad)).rejects.toThrow(/Cannot save the weights.*disk full/);
    expect(await readFile(path)).toEqual(before);
  });
});

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes));
  return length;
}

function raw(header: object, ...parts: Uint16Array[]): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  return Buffer.concat([
    lengthOf(json.byteLength),
    json,
    ...parts.map((p) => Buffer.from(p.buffer)),
  ]);
}
