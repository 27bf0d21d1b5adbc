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

/** The types that weights are written in. */
export type FloatType = 'F32' | 'F16';

/** Little-endian bytes of float32 values in a safetensors type. */
export function encodeFloats(values: Float32Array, type: FloatType): Uint8Array {
  const written = type === 'F32' ? values : Uint16Array.from(values, toFloat16);
  return new Uint8Array(written.buffer, written.byteOffset, written.byteLength);
}

const word = new DataView(new ArrayBuffer(4));

/** The nearest binary16, ties to even; beyond 65,519 infinity, as IEEE 754 rounds. */
function toFloat16(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  if (Number.isNaN(value)) return sign | 0x7e00;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // Multiples of the spacing: 2^-24 below the smallest normal number, else 2^(exponent - 10).
  const exponent = Math.max(-14, ((bits >>> 23) & 255) - 127);
  const steps = roundToEven(size / 2 ** (exponent - 10));
  // 2048 steps carry into the exponent by themselves, as the fields are next to each other.
  return sign | ((exponent + 14) * 1024 + steps);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
