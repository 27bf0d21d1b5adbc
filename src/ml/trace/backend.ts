import type { GraphBuilder } from '../onnx/builder.ts';
import type { DataType } from '../onnx/graph.ts';
import { tf } from '../tf.ts';

/** TensorFlow.js' types that a graph can hold. */
export type TracedType = 'float32' | 'int32' | 'bool';
type Values = Float32Array | Int32Array | Uint8Array;

export interface TraceOptions {
  readonly portable?: boolean;
  readonly inference?: boolean;
}

/** A tensor of a trace: a constant until a node needs it, a name in the graph from then on. */
interface Traced {
  readonly type: TracedType;
  readonly shape: readonly number[];
  name?: string;
  values?: Values;
}

/**
 * A TensorFlow.js backend that computes nothing: its kernels append ONNX nodes to a graph, so that
 * running a function once, gradients included, writes it down. Tensors have shapes and no values.
 */
export class TraceBackend extends tf.KernelBackend {
  builder!: GraphBuilder;
  /** Sizes that stand for dimensions known at run time, with the graph's names of their values. */
  dimensions = new Map<number, string>();
  /** Keeps FusedMatMul and other operators of the CPU provider out. */
  portable = false;
  /** No gradient is wanted: operators may hide what one would need. */
  inference = false;
  private traced = new WeakMap<object, Traced>();

  begin(builder: GraphBuilder, { portable = false, inference = false }: TraceOptions): void {
    this.builder = builder;
    this.portable = portable;
    this.inference = inference;
    this.dimensions = new Map();
    this.traced = new WeakMap();
  }

  /** The tensor that node output `name` is. */
  symbol(name: string, shape: readonly number[], type: TracedType): tf.TensorInfo {
    const dataId = {};
    this.traced.set(dataId, { type, shape, name });
    return { dataId, shape: [...shape], dtype: type };
  }

  /** The graph's name of a tensor; a constant enters the graph here, at its first use. */
  nameOf({ dataId }: { dataId: object }): string {
    // A tensor of another backend enters as a constant.
    if (!this.traced.has(dataId)) tf.engine().moveData(this, dataId);
    const traced = this.traced.get(dataId) as Traced;
    traced.name ??= this.constant(traced);
    return traced.name;
  }

  private constant({ values, type, shape }: Traced): string {
    if (!values) throw new Error('A traced tensor has neither a name nor values.');
    const uniform = values.length > 16 && values.every((value) => value === values[0]);
    if (uniform && values[0] !== undefined) return this.filled(shape, values[0], type);
    if (type === 'float32' && shape.length === 0) return this.builder.float(values[0] as number);
    return this.builder.constant({ type, dims: shape, data: values });
  }

  /** A tensor of one value in all places. */
  filled(shape: readonly number[], value: number, type: TracedType): string {
    const data = toValues([value], type);
    const one = { type: type as DataType, dims: [1], data };
    return this.builder.node('ConstantOfShape', [this.shapeName(shape)], { value: one });
  }

  /** A shape as a value of the graph; sizes known only at run time are looked up there. */
  shapeName(shape: readonly number[]): string {
    if (!shape.some((size) => this.isDynamic(size))) return this.builder.int64(shape);
    const parts = shape.map((size) => this.sizeName(size));
    return this.builder.node('Concat', parts, { axis: 0 });
  }

  isDynamic(size: number): boolean {
    return [...this.dimensions.keys()].some((dimension) => size !== 0 && size % dimension === 0);
  }

  private sizeName(size: number): string {
    for (const [dimension, name] of this.dimensions) {
      if (size === 0 || size % dimension !== 0) continue;
      const rest = size / dimension;
      return rest === 1 ? name : this.builder.node('Mul', [name, this.sizeName(rest)]);
    }
    return this.builder.int64([size]);
  }

  /** The value of a constant of one element; undefined for anything else. */
  scalarValue({ dataId }: { dataId: object }): number | undefined {
    const values = this.traced.get(dataId)?.values;
    return values?.length === 1 ? values[0] : undefined;
  }

  override write(values: unknown, shape: number[], dtype: tf.DataType): object {
    const dataId = {};
    this.keep(dataId, values, shape, dtype);
    return dataId;
  }

  override move(dataId: object, values: unknown, shape: number[], dtype: tf.DataType): void {
    this.keep(dataId, values, shape, dtype);
  }

  private keep(dataId: object, values: unknown, shape: number[], dtype: tf.DataType): void {
    const type = toTracedType(dtype);
    const traced: Traced = { type, shape: [...shape] };
    if (values) traced.values = toValues(values as ArrayLike<number>, type);
    this.traced.set(dataId, traced);
  }

  override readSync(dataId: object): Values {
    const values = this.traced.get(dataId)?.values;
    if (!values) throw new Error('A traced tensor has no values: the function may not read them.');
    return values;
  }

  override read(dataId: object): Promise<Values> {
    return Promise.resolve(this.readSync(dataId));
  }

  override numDataIds = () => 0;
  override disposeData = () => true;
  override refCount = () => 1;
  override incRef(): void {}
  override timerAvailable = () => false;
  override floatPrecision = (): 32 => 32;
  override epsilon = () => 1e-7;
  override dispose(): void {}
}

export function toTracedType(dtype: tf.DataType): TracedType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`Tensors of type ${dtype} cannot be traced.`);
}

function toValues(values: ArrayLike<number>, type: TracedType): Values {
  if (type === 'float32') return Float32Array.from(values);
  return type === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}
