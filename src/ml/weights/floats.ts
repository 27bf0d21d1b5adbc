import { MlError } from '../errors.ts';

/** Little-endian values of a safetensors type as float32. */
export function decodeFloats(bytes: Uint8Array, dtype: string): Float32Array {
  // A copy of its own: the slice need not be aligned, and the file's buffer can then be freed.
  const copy = new Uint8Array(bytes).buffer;
  if (dtype === 'F32') return new Float32Array(copy);
  if (dtype === 'BF16') return fromBFloat16(new Uint16Array(copy));
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(copy), fromFloat16);
  throw new MlError(
    'BAD_FILE',
    `Weights of type ${dtype} are not supported: use F32, F16 or BF16.`,
  );
}

/** bfloat16 is the upper half of a float32. */
function fromBFloat16(halves: Uint16Array): Float32Array {
  const words = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(words.buffer);
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
