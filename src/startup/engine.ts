import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { EmbeddingServer } from '../features/embeddings/promoted.ts';
import type { ModelDeps } from '../features/models/deps.ts';
import { checkHyperparameters } from '../features/models/hyperparameters.ts';
import type { Predictor } from '../features/models/predictor.ts';
import type { Command } from '../features/models/training/child.ts';
import { createModelServer } from '../ml/serve/server.ts';

/** What does the learning: given, so that tests can train in a second. */
export interface Engine {
  /** Starts a training process; the run's folder is added as the last argument. */
  readonly command: Command;
  readonly predictor: Predictor;
  readonly embeddings: EmbeddingServer;
  readonly checkHyperparameters: ModelDeps['checkHyperparameters'];
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);

/** A Node.js process that runs a TypeScript file, wherever it is started from. */
const nodeCommand = (file: string): Command => ({
  file: process.execPath,
  args: ['--import', pathToFileURL(require.resolve('tsx')).href, file],
});

/** Cameo's own learning engine, src/ml. Nothing of it is loaded before it is needed. */
export function createEngine(): Engine {
  const child = fileURLToPath(new URL('../ml/run/child.ts', import.meta.url));
  const models = createModelServer();
  return {
    command: nodeCommand(child),
    predictor: models,
    embeddings: models,
    checkHyperparameters,
    close: () => models.close(),
  };
}
