import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import { cooccurrenceVectors } from '../../ml/pretrain/cooccurrence.ts';
import { writeSamples } from '../../ml/pretrain/text/write.ts';
import { seededRandom } from '../../ml/random.ts';
import { createContext } from '../../ml/run/context.ts';
import { parseT5Config, type T5Config } from '../../ml/t5/config.ts';
import { initialT5 } from '../../ml/t5/initial.ts';
import {
  pretrainBatches,
  sampleBatch,
  spanBatch,
  type T5PretrainData,
} from '../../ml/t5/pretrain/batches.ts';
import { startFromWords } from '../../ml/t5/pretrain/initial-words.ts';
import type { T5Base } from '../../ml/t5/run/base.ts';
import { parseT5Hyperparameters } from '../../ml/t5/run/hyperparameters.ts';
import { corruptionOf } from '../../ml/t5/run/pieces.ts';
import { saveT5Base } from '../../ml/t5/run/save.ts';
import { trainT5 } from '../../ml/t5/run/train.ts';
import type { Weights } from '../../ml/weights/weights.ts';
import { t5BaseConfig } from './base-config-t5.ts';
import { cached } from './cached.ts';
import type { PretrainOptions } from './options.ts';
import type { PreparedT5 } from './prepare-t5.ts';
import { openReport } from './report.ts';
import { tellRun } from './tell.ts';

const LABELLED = 150_000;
/** Contexts of the first word vectors: the most frequent tokens. */
const CONTEXTS = 3_000;
/** Batches of each kind whose loss is told at the end. */
const HELD = 8;

const settings = parseT5Hyperparameters({
  epochs: 1,
  optimizer: 'adafactor',
  learningRate: 0.01,
  warmup: 0.04,
  dropout: 0.05,
  weightDecay: 0,
  checkpointSteps: 200,
});

/** Trains the T5 sibling on prepared data: the same seed and steps give the same weights. */
export async function trainT5Base(options: PretrainOptions, prepared: PreparedT5): Promise<void> {
  const { cache, seed, threads } = options;
  const folder = join(cache, 't5');
  const config = parseT5Config(t5BaseConfig);
  const { tokenizer, tokens } = prepared;
  const base: T5Base = {
    ...{ folder, config, tokenizer },
    weights: await firstWeights(config, tokens, folder, seed),
  };
  const data = {
    ...{ tokenizer, tokens, corruption: corruptionOf(base) },
    samples: [...writeSamples(seed + 1, LABELLED)],
  };
  const elapsed = () => systemClock.now().getTime();
  const report = openReport('T5 base', elapsed);
  const context = createContext({
    ...{ engine: 'onnx', folder, threads, report: tellRun(report) },
    elapsed,
  });
  const weights = await trainT5(context, {
    ...{ base, own: settings, seed },
    held: heldBatches(data, config, seed),
    batches: pretrainBatches(data, config, options.steps ?? DEFAULT_STEPS),
  });
  report.end();
  await saveT5Base(options.out, base, weights, 'F16');
}

const DEFAULT_STEPS = 4_000;

/** Random weights around word vectors from co-occurrences, which save learning what is near what. */
async function firstWeights(
  config: T5Config,
  tokens: Uint16Array,
  folder: string,
  seed: number,
): Promise<Weights> {
  const { vocabulary, width, initialFactor } = config;
  const vectors = await cached(join(folder, 'vectors.f32'), () =>
    cooccurrenceVectors([tokens], vocabulary, CONTEXTS, width, initialFactor),
  );
  return startFromWords(initialT5(config, seed), new Float32Array(vectors));
}

/** Newly drawn batches; those of generated texts are new texts. */
function heldBatches(data: T5PretrainData, config: T5Config, seed: number) {
  const random = seededRandom(seed + 7).next;
  const fresh = { ...data, samples: [...writeSamples(seed + 2, 2_000)] };
  return Array.from({ length: HELD }, () => [
    spanBatch(fresh, config, random),
    sampleBatch(fresh, config, random),
  ]).flat();
}
