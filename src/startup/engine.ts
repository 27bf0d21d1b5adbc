import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { MlConfig } from '../config.ts';
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
  /** What models are served on, and why not on what was to come first. */
  serving(): Promise<string>;
  close(): Promise<void>;
}

/** Each has the models in memory that it serves. */
const MOST_WORKERS = 4;

const require = createRequire(import.meta.url);

/** A Node.js process that runs a TypeScript file, wherever it is started from. */
const nodeCommand = (file: string): Command => ({
  file: process.execPath,
  args: ['--import', pathToFileURL(require.resolve('tsx')).href, file],
});

/** Cameo's own learning engine, src/ml. Nothing of it is loaded before it is needed. */
export function createEngine({ threads, providers }: MlConfig): Engine {
  const child = fileURLToPath(new URL('../ml/run/child.ts', import.meta.url));
  // Several threads with one processor each wait less for each other than one with several.
  const workers = Math.min(MOST_WORKERS, threads);
  const session = { threads: Math.floor(threads / workers), providers };
  const models = createModelServer({ workers, session });
  return {
    command: nodeCommand(child),
    predictor: models,
    embeddings: models,
    checkHyperparameters,
    async serving() {
      // No thread is started to find out that the CPU is one.
      if (providers[0] === 'cpu') return 'cpu';
      const { provider, failures } = await models.probe();
      return [provider, ...failures].join('; not ');
    },
    close: () => models.close(),
  };
}
