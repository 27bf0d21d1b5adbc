import type { HostTensor, SessionOptions } from '../onnx/session.ts';
import { type EagerBackend, selectEagerBackend } from '../tf.ts';
import { openEagerMachine } from './eager.ts';
import type { Machine } from './engine.ts';
import { openTracedMachine } from './traced.ts';

/** What computes: `onnx` is the traced engine, the others TensorFlow.js as it is. */
export type EngineName = 'auto' | 'onnx' | EagerBackend;

/**
 * A machine of the engine asked for. `auto` takes TensorFlow on a GPU where `npm run gpu:install`
 * has put it, else the traced engine, which runs everywhere.
 * @throws MlError when the engine asked for does not run on this machine
 */
export async function openMachine(
  engine: EngineName,
  state: ReadonlyMap<string, HostTensor>,
  options: SessionOptions,
): Promise<Machine> {
  if (engine === 'onnx') return openTracedMachine(state, options);
  if (engine !== 'auto') {
    await selectEagerBackend(engine);
    return openEagerMachine(state);
  }
  const onGpu = await selectEagerBackend('tfjs-node-gpu').then(
    () => true,
    () => false,
  );
  return onGpu ? openEagerMachine(state) : openTracedMachine(state, options);
}
