// The one importer of TensorFlow.js. The union package, since in Node it alone registers the
// gradients of the operations.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { MlError } from './errors.ts';

export { tf };

/** Engines that compute at once, best first. */
export const eagerBackends = ['tfjs-node-gpu', 'wasm', 'cpu'] as const;
export type EagerBackend = (typeof eagerBackends)[number];

const require = createRequire(import.meta.url);

/**
 * Makes TensorFlow.js compute with `name`, or with the first engine that runs here.
 * @returns which one it is
 * @throws MlError when the engine asked for does not run on this machine
 */
export async function selectEagerBackend(name: EagerBackend | 'auto'): Promise<EagerBackend> {
  const candidates = name === 'auto' ? eagerBackends : [name];
  const reasons: string[] = [];
  for (const candidate of candidates) {
    try {
      await starters[candidate]();
      return candidate;
    } catch (error) {
      reasons.push(`${candidate}: ${firstLine(error)}`);
    }
  }
  throw new MlError('UNAVAILABLE', `No TensorFlow.js engine runs here: ${reasons.join('; ')}`);
}

const starters: Record<EagerBackend, () => Promise<void>> = {
  async 'tfjs-node-gpu'() {
    // Optional: it installs everywhere, but its library comes only by `npm run gpu:install`.
    require('@tensorflow/tfjs-node-gpu');
    await start('tensorflow');
  },
  async wasm() {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
    await start('wasm');
  },
  async cpu() {
    await start('cpu');
    // Keeps it from advertising tfjs-node on standard error; the choice was made above.
    Object.assign(tf.backend(), { firstUse: false });
  },
};

async function start(name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error('it did not start');
  await tf.ready();
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}
