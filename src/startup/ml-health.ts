import type { MlConfig } from '../config.ts';
import type { Bases, MlHealth } from '../features/models/deps.ts';

/** Finds out, when it is first asked, which engine runs here. */
export function createMlHealth(
  { backend, threads }: MlConfig,
  bases: Bases,
  findServing: () => Promise<string>,
) {
  let running: Promise<string> | undefined;
  let serving: Promise<string> | undefined;
  return async (): Promise<MlHealth> => {
    running ??= findBackend(backend);
    serving ??= findServing();
    return {
      backend: await running,
      configured: backend,
      threads,
      serving: await serving,
      encoder: bases.find() === undefined ? null : 'base-encoder',
    };
  };
}

/** The engine asked for, or the best that runs; loading one takes a moment, so none is until now. */
async function findBackend(wanted: MlConfig['backend']): Promise<string> {
  if (wanted === 'onnx' || wanted === 'auto') {
    const runs = await import('../ml/onnx/session.ts').then(
      () => true,
      (error: unknown) => {
        if (wanted === 'onnx') throw error;
        return false;
      },
    );
    if (runs) return 'onnx';
  }
  const { selectEagerBackend } = await import('../ml/tf.ts');
  return selectEagerBackend(wanted === 'onnx' ? 'auto' : wanted);
}
