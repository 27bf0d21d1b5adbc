import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ModelDeps } from '../features/models/deps.ts';
import { checkHyperparameters } from '../features/models/hyperparameters.ts';
import type { Predictor } from '../features/models/predictor.ts';
import type { Command } from '../features/models/training/child.ts';

/** What does the learning: given, so that tests can train in a second. */
export interface Engine {
  /** Starts a training process; the run's folder is added as the last argument. */
  readonly command: Command;
  readonly predictor: Predictor;
  readonly checkHyperparameters: ModelDeps['checkHyperparameters'];
}

const require = createRequire(import.meta.url);

/** A Node.js process that runs a TypeScript file, wherever it is started from. */
export const nodeCommand = (file: string): Command => ({
  file: process.execPath,
  args: ['--import', pathToFileURL(require.resolve('tsx')).href, file],
});

/** Cameo's own learning engine, src/ml. */
export function createEngine(): Engine {
  const child = fileURLToPath(new URL('../ml/run/child.ts', import.meta.url));
  return { command: nodeCommand(child), checkHyperparameters } as unknown as Engine;
}
