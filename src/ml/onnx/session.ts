// The one importer of onnxruntime-node.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { MlError } from '../errors.ts';

/** A tensor in this process's memory, row-major. */
export interface HostTensor {
  readonly type: 'float32' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool';
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;
}
export type HostTensors = Record<string, HostTensor>;

/** What ONNX Runtime computes with. */
export type Provider = 'cpu' | 'cuda' | 'webgpu';

export interface SessionOptions {
  /** Threads inside one operator. */
  readonly threads: number;
  /** Where to run, first that works; `cpu` always does. */
  readonly providers?: readonly Provider[];
  /** Standard operators only, for providers that lack ONNX Runtime's own; by default off the CPU. */
  readonly portable?: boolean;
  /** Waiting threads spin: faster steps, but they keep their cores busy. For training. */
  readonly spin?: boolean;
}

/** A loaded model. `run` computes on this thread: call it from a worker where that matters. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The last axis of an input; undefined where it has none that is always the same. */
  widthOf(input: string): number | undefined;
  readonly provider: Provider;
  /** Why the providers before it do not work here. */
  readonly failures: readonly string[];
  /**
   * @param into outputs to write in place: their buffers must not be inputs of the same run
   * @param outputs those that are wanted; the others are computed, but not copied
   * @returns all outputs by name, or the wanted ones
   */
  run(inputs: HostTensors, into?: HostTensors, outputs?: readonly string[]): Promise<HostTensors>;
  close(): Promise<void>;
}

/**
 * Loads an ONNX model from its bytes or from a file.
 * @throws MlError with the runtime's own reason
 */
export async function openSession(
  model: Uint8Array | string,
  options: SessionOptions,
): Promise<OnnxSession> {
  const { session, provider, failures } = await createSession(model, options);
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    widthOf: (input) => widthOf(session.inputMetadata, input),
    ...{ provider, failures },
    async run(inputs, into = {}, wanted = session.outputNames) {
      const fetches = Object.fromEntries(
        wanted.map((name) => [name, into[name] ? toOrt(into[name]) : null]),
      );
      const outputs = await session.run(mapValues(inputs, toOrt), fetches);
      return mapValues(outputs as Record<string, Tensor>, fromOrt);
    },
    close: () => session.release(),
  };
}

function widthOf(inputs: InferenceSession['inputMetadata'], wanted: string): number | undefined {
  const input = inputs.find(({ name }) => name === wanted);
  const width = input?.isTensor ? input.shape.at(-1) : undefined;
  return typeof width === 'number' ? width : undefined;
}

/** With the first provider that works; what it cannot compute, the processor does. */
async function createSession(model: Uint8Array | string, options: SessionOptions) {
  const { providers = ['cpu'] } = options;
  const failures: string[] = [];
  let cause: unknown;
  for (const provider of providers) {
    const executionProviders = provider === 'cpu' ? ['cpu'] : [provider, 'cpu'];
    const settings: InferenceSession.SessionOptions = {
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionProviders,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: options.spin ? '1' : '0' } } },
    };
    try {
      const session =
        typeof model === 'string'
          ? await InferenceSession.create(model, settings)
          : await InferenceSession.create(model, settings);
      return { session, provider, failures };
    } catch (error) {
      cause = error;
      failures.push(`${provider}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new MlError('BAD_FILE', `The ONNX model does not load: ${failures.join('; ')}`, { cause });
}

function toOrt({ type, data, shape }: HostTensor): Tensor {
  return new Tensor(type as 'float32', data as Float32Array, [...shape]);
}

function fromOrt(tensor: Tensor): HostTensor {
  return {
    type: tensor.type as HostTensor['type'],
    shape: tensor.dims,
    data: tensor.data as Float32Array,
  };
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
