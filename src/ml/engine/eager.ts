import { MlError } from '../errors.ts';
import type { HostTensor, HostTensors } from '../onnx/session.ts';
import { tf } from '../tf.ts';
import type { Computation, Machine } from './engine.ts';

/**
 * A machine that computes at once with the TensorFlow.js backend selected before
 * (`selectEagerBackend`). State stays where the backend keeps its tensors.
 */
export function openEagerMachine(state: ReadonlyMap<string, HostTensor>): Machine {
  const variables = new Map<string, tf.Variable>();
  const load = (tensors: ReadonlyMap<string, HostTensor>) => {
    for (const [name, tensor] of tensors) {
      variables.get(name)?.dispose();
      variables.set(
        name,
        tf.tidy(() => tf.variable(toTensor(tensor))),
      );
    }
  };
  load(state);
  return {
    name: `tfjs ${tf.getBackend()}`,
    async run(computation, batch) {
      const { outputs, renewed } = compute(computation, variables, batch);
      for (const [name, value] of Object.entries(renewed)) {
        variables.get(name)?.assign(value);
        value.dispose();
      }
      return readAll(outputs);
    },
    async read() {
      const tensors = await readAll(Object.fromEntries(variables), false);
      return new Map(Object.entries(tensors));
    },
    load: async (replaced) => load(replaced),
    async close() {
      for (const variable of variables.values()) variable.dispose();
      variables.clear();
    },
  };
}

type Tensors = Record<string, tf.Tensor>;

/** Keeps the outputs and the new state, and frees everything between. */
function compute(
  computation: Computation,
  variables: ReadonlyMap<string, tf.Variable>,
  batch: HostTensors,
): { outputs: Tensors; renewed: Tensors } {
  return tf.tidy(() => {
    const inputs = new Map<string, tf.Tensor>();
    const result = computation(
      (name) => {
        const variable = variables.get(name);
        if (!variable)
          throw new MlError('BAD_FILE', `The weight "${name}" is missing from the model.`);
        return variable;
      },
      (name) => {
        const tensor = batch[name];
        if (!tensor) throw new Error(`The batch has no "${name}".`);
        // Kept: one that is first asked for inside a gradient would end with it.
        const value = inputs.get(name) ?? tf.keep(toTensor(tensor));
        inputs.set(name, value);
        return value;
      },
    );
    // Clones, since an output may be an input or a variable, which outlive this function.
    const clones = (tensors: Tensors) =>
      Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, value.clone()]));
    const kept = { outputs: clones(result.outputs), renewed: clones(result.state ?? {}) };
    for (const value of inputs.values()) value.dispose();
    return kept;
  });
}

async function readAll(tensors: Tensors, dispose = true): Promise<HostTensors> {
  const read: HostTensors = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    // A copy: some backends hand out views of memory that they use again.
    const data = (await tensor.data()).slice() as Float32Array | Int32Array;
    read[name] = { type: tensor.dtype as 'float32' | 'int32', shape: tensor.shape, data };
    if (dispose) tensor.dispose();
  }
  return read;
}

function toTensor({ type, shape, data }: HostTensor): tf.Tensor {
  // A copy: the caller may write into its buffer again before the backend has read it.
  return tf.tensor(data.slice() as Float32Array, [...shape], type as 'float32' | 'int32');
}
