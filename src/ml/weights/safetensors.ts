import { open, readFile, rename, rm } from 'node:fs/promises';
import { MlError } from '../errors.ts';
import { decodeFloats, encodeFloats, type FloatType } from './floats.ts';
import { sizeOf, type Weights } from './weights.ts';

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

const HEADER_LIMIT = 100_000_000;

/**
 * Reads a `.safetensors` file; F32, F16 and BF16 become float32, integer tensors are skipped (they
 * are position buffers, never parameters).
 * Format: https://github.com/huggingface/safetensors#format
 * @throws MlError that says what is wrong with a damaged file.
 */
export async function readSafetensors(path: string): Promise<Weights> {
  const file = await readFile(path).catch((cause) => {
    throw new MlError('BAD_FILE', `Cannot read the weights ${path}: ${cause.message}`, { cause });
  });
  const { header, start } = parseHeader(file, path);
  const weights: Weights = new Map();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__' || !/^(F32|F16|BF16)$/.test(entry.dtype)) continue;
    const [from, to] = checkedRange(entry, file.byteLength - start, `${path}: "${name}"`);
    const bytes = file.subarray(start + from, start + to);
    weights.set(name, { shape: entry.shape, data: decodeFloats(bytes, entry.dtype) });
  }
  return weights;
}

function parseHeader(file: Buffer, path: string): { header: Record<string, Entry>; start: number } {
  const length = file.byteLength >= 8 ? Number(file.readBigUInt64LE(0)) : Number.NaN;
  if (!(length > 1 && length <= Math.min(HEADER_LIMIT, file.byteLength - 8)))
    throw new MlError('BAD_FILE', `${path} is not a safetensors file, or it is cut off.`);
  try {
    return { header: JSON.parse(file.toString('utf8', 8, 8 + length)), start: 8 + length };
  } catch (cause) {
    throw new MlError('BAD_FILE', `${path}: the header is not JSON; the file is damaged.`, {
      cause,
    });
  }
}

function checkedRange(entry: Entry, available: number, where: string): [number, number] {
  const [from, to] = entry.data_offsets;
  const bytes = sizeOf(entry.shape) * (entry.dtype === 'F32' ? 4 : 2);
  if (from < 0 || to > available || to - from !== bytes)
    throw new MlError(
      'BAD_FILE',
      `${where} needs bytes ${from} to ${to}, ${bytes} in all, of ${available}: the file is cut off or damaged.`,
    );
  return [from, to];
}

/**
 * Writes weights, all or nothing: into a file beside `path` that then takes its name.
 * @param metadata strings for the header, such as the format's version
 * @param type F16 halves the file, and keeps about 3 decimal digits
 */
export async function writeSafetensors(
  path: string,
  weights: Weights,
  metadata: Record<string, string> = {},
  type: FloatType = 'F32',
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writev([headerBytes(weights, metadata, type)]);
      for (const { data } of weights.values()) await file.writeFile(encodeFloats(data, type));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new MlError('UNAVAILABLE', `Cannot save the weights to ${path}: ${String(cause)}`, {
      cause,
    });
  }
}

function headerBytes(weights: Weights, metadata: Record<string, string>, type: FloatType): Buffer {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  for (const [name, { shape, data }] of weights) {
    const end = offset + data.length * (type === 'F32' ? 4 : 2);
    header[name] = { dtype: type, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  // The data must start at a multiple of 8: readers map it into memory.
  const padded = Math.ceil(json.byteLength / 8) * 8;
  const bytes = Buffer.alloc(8 + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(bytes, 8);
  return bytes;
}
