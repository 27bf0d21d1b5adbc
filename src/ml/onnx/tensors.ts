import type { HostTensor } from './session.ts';

export function floats(shape: readonly number[], data: Float32Array): HostTensor {
  return { type: 'float32', shape, data };
}

export function integers(shape: readonly number[], data: Int32Array): HostTensor {
  return { type: 'int32', shape, data };
}

export function scalar(value: number): HostTensor {
  return floats([], Float32Array.of(value));
}

/**
 * Token ids as exported graphs read them, (texts, longest) int64, under the names of Hugging Face's
 * exports. A text without any token gets one of padding, so that its mean exists.
 */
export function textTensors(
  tokens: readonly ArrayLike<number>[],
  pad: number,
): { readonly input_ids: HostTensor; readonly attention_mask: HostTensor } {
  const length = tokens.reduce((longest, ids) => Math.max(longest, ids.length), 1);
  const shape = [tokens.length, length];
  const ids = new BigInt64Array(tokens.length * length).fill(BigInt(pad));
  const mask = new BigInt64Array(ids.length);
  for (const [row, own] of tokens.entries()) {
    for (let i = 0; i < own.length; i++) ids[row * length + i] = BigInt(own[i] as number);
    mask.fill(1n, row * length, row * length + Math.max(1, own.length));
  }
  return {
    input_ids: { type: 'int64', shape, data: ids },
    attention_mask: { type: 'int64', shape, data: mask },
  };
}
