/** Float32 values as base64 of their little-endian bytes. */
export function encodeFloats(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

export function decodeFloats(text: string): Float32Array {
  // A copy of its own: a Buffer's memory need not be aligned.
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}
