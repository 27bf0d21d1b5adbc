import { MlError } from '../errors.ts';
import { encodeModel } from '../onnx/encode.ts';
import {
  type HostTensor,
  type HostTensors,
  type OnnxSession,
  openSession,
  type SessionOptions,
} from '../onnx/session.ts';
import { tf } from '../tf.ts';
import type { TracedType } from '../trace/backend.ts';
import { trace } from '../trace/trace.ts';
import { type Computation, type Machine, signatureOf } from './engine.ts';

/** One computation for one set of shapes, as an ONNX session. */
interface Compiled {
  readonly session: OnnxSession;
  /** The state that it reads, and that it writes. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** What outputs that are new state are called in a graph. */
const NEW = 'new:';
const STATE = 'state:';

/**
 * A machine that traces each computation into one ONNX graph and lets ONNX Runtime run it. State
 * lives in two sets of buffers that take turns, since a graph may not write what it still reads.
 */
export function openTracedMachine(
  state: ReadonlyMap<string, HostTensor>,
  options: SessionOptions,
): Machine {
  // Copies, since the steps write into the buffers.
  const current = new Map([...state].map(([name, tensor]) => [name, copyOf(tensor)]));
  const spare = new Map<string, HostTensor>();
  const cache = new Map<Computation, Map<string, Compiled>>();
  const provider = options.providers?.[0] ?? 'cpu';
  const portable = options.portable ?? provider !== 'cpu';

  const compiled = async (computation: Computation, batch: HostTensors) => {
    const programs = cache.get(computation) ?? new Map<string, Compiled>();
    cache.set(computation, programs);
    const key = signatureOf(batch);
    const program =
      programs.get(key) ?? (await compile(computation, current, batch, options, portable));
    programs.set(key, program);
    return program;
  };

  return {
    name: `onnx (${provider}, ${options.threads} threads)`,
    async run(computation, batch) {
      const { session, reads, writes } = await compiled(computation, batch);
      const feeds = Object.fromEntries(reads.map((name) => [STATE + name, held(current, name)]));
      const into = Object.fromEntries(
        writes.map((name) => [NEW + name, spare.get(name) ?? emptyLike(held(current, name))]),
      );
      const results = await session.run({ ...feeds, ...usedOf(session, batch) }, into);
      for (const name of writes) {
        spare.set(name, held(current, name));
        current.set(name, into[NEW + name] as HostTensor);
      }
      return Object.fromEntries(Object.entries(results).filter(([name]) => !name.startsWith(NEW)));
    },
    read: async () => new Map([...current].map(([name, tensor]) => [name, copyOf(tensor)])),
    async load(replaced) {
      for (const [name, tensor] of replaced) current.set(name, copyOf(tensor));
    },
    async close() {
      const programs = [...cache.values()].flatMap((bySignature) => [...bySignature.values()]);
      cache.clear();
      for (const program of programs) await program.session.close();
    },
  };
}

async function compile(
  computation: Computation,
  state: ReadonlyMap<string, HostTensor>,
  batch: HostTensors,
  options: SessionOptions,
  portable: boolean,
): Promise<Compiled> {
  const reads: string[] = [];
  const writes: string[] = [];
  const graph = trace(
    ({ input }) => {
      const known = new Map<string, tf.Tensor>();
      const once = (name: string, tensor: HostTensor, make: (value: tf.Tensor) => tf.Tensor) => {
        const value = known.get(name) ?? make(input(name, tensor.shape, tensor.type as TracedType));
        known.set(name, value);
        return value;
      };
      const result = computation(
        (name) => {
          if (!known.has(STATE + name)) reads.push(name);
          return once(STATE + name, held(state, name), (value) => tf.variable(value));
        },
        // Kept: one that is first asked for inside a gradient would end with it.
        (name) => once(name, inBatch(batch, name), (value) => tf.keep(value)),
      );
      writes.push(...Object.keys(result.state ?? {}));
      const renewed = Object.entries(result.state ?? {}).map(([name, value]) => [
        NEW + name,
        value,
      ]);
      for (const value of known.values()) value.dispose();
      return { ...result.outputs, ...Object.fromEntries(renewed) };
    },
    { portable },
  );
  return { session: await openSession(encodeModel(graph), options), reads, writes };
}

function held(state: ReadonlyMap<string, HostTensor>, name: string): HostTensor {
  const tensor = state.get(name);
  if (!tensor) throw new MlError('BAD_FILE', `The weight "${name}" is missing from the model.`);
  return tensor;
}

function inBatch(batch: HostTensors, name: string): HostTensor {
  const tensor = batch[name];
  if (!tensor) throw new Error(`The batch has no "${name}".`);
  return tensor;
}

/** A computation need not read all of its batch. */
function usedOf(session: OnnxSession, batch: HostTensors): HostTensors {
  const used = Object.entries(batch).filter(([name]) => session.inputNames.includes(name));
  return Object.fromEntries(used);
}

function emptyLike(tensor: HostTensor): HostTensor {
  return { ...tensor, data: tensor.data.slice().fill(0 as never) };
}

function copyOf(tensor: HostTensor): HostTensor {
  return { ...tensor, data: tensor.data.slice() };
}
