/** Element types of ONNX tensors that Cameo writes, with their numbers in TensorProto.DataType. */
export const dataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;
export type DataType = keyof typeof dataTypes;

/** A constant: its values little-endian, row-major. */
export interface OnnxTensor {
  readonly type: DataType;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView;
}

/** An integer, `{ float }`, a list of integers, a text or a tensor. */
export type Attribute =
  | number
  | { readonly float: number }
  | readonly number[]
  | string
  | OnnxTensor;

export interface OnnxNode {
  readonly op: string;
  /** Empty for the standard operators, `com.microsoft` for ONNX Runtime's own. */
  readonly domain: string;
  /** An empty name leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A text in `shape` names a dimension that is known only at run time. */
export interface ValueInfo {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
}

/** A graph in the order of its computation. */
export interface OnnxGraph {
  readonly nodes: OnnxNode[];
  readonly initializers: Map<string, OnnxTensor>;
  readonly inputs: ValueInfo[];
  readonly outputs: ValueInfo[];
}

export function emptyGraph(): OnnxGraph {
  return { nodes: [], initializers: new Map(), inputs: [], outputs: [] };
}

/** Operators of ONNX Runtime that the standard does not have. */
export const MICROSOFT = 'com.microsoft';
