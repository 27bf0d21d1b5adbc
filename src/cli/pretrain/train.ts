import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import { openMachine } from '../../ml/engine/open.ts';
import type { PretrainData } from '../../ml/pretrain/batch.ts';
import { cooccurrenceVectors } from '../../ml/pretrain/cooccurrence.ts';
import { initialPretrainWeights } from '../../ml/pretrain/loss.ts';
import { pretrain } from '../../ml/pretrain/pretrain.ts';
import { loadCheckpoint, saveCheckpoint } from '../../ml/train/checkpoint.ts';
import { initialState, weightsIn } from '../../ml/train/step.ts';
import { baseConfig } from './base-config.ts';
import { cached } from './cached.ts';
import type { PretrainOptions } from './options.ts';
import { openReport } from './report.ts';
import { saveModel } from './save.ts';
import { tellSteps } from './tell.ts';

const RATE = 7e-4;
/** Contexts of the first word vectors: the most frequent tokens. */
const CONTEXTS = 3_000;
/** Deviation of the first word vectors. */
const DEVIATION = 0.05;
/**
 * The word embeddings stay as the co-occurrences made them: a short run would not better them, and
 * without them a step moves less than half of the parameters.
 */
const WORDS = 'embeddings.word_embeddings.weight';
/** Between checkpoints, which also write the model so far. */
const CHECKPOINT_MS = 120_000;

/** Trains the base encoder on prepared data, and writes the model folder every few minutes. */
export async function trainBase(options: PretrainOptions, data: PretrainData): Promise<void> {
  const folder = join(options.cache, 'checkpoint');
  const start = initialPretrainWeights(baseConfig, data.labelled.sets, options.seed);
  const names = [...start.keys()];
  const trainable = names.filter((name) => name !== WORDS);
  const state = initialState(start, trainable);
  const saved = await loadCheckpoint(folder, state);
  if (!saved) await startFromVectors(state, data, options);
  const machine = await openMachine('onnx', saved?.state ?? state, {
    threads: options.threads,
    spin: false,
  });
  const trainedMs = stopwatch(Number(saved?.extra.trainedMs ?? 0));
  const report = openReport(`${machine.name}, from step ${saved?.step ?? 0}`, trainedMs);
  const tell = tellSteps(report, trainedMs);
  const save = async (step: number) => {
    const learnt = await machine.read();
    await saveCheckpoint(folder, { step, extra: { trainedMs: trainedMs() }, state: learnt });
    await saveModel(options.out, baseConfig, weightsIn(learnt, names), options.cache);
  };
  let savedAt = trainedMs();
  const last = await pretrain({
    ...{ config: baseConfig, machine, trainable, data, rate: RATE },
    ...{ seed: options.seed, from: saved?.step ?? 0 },
    done: (step) =>
      options.steps ? (step - 1) / options.steps : trainedMs() / (options.minutes * 60_000),
    onStep: async (progress) => {
      tell(progress);
      if (trainedMs() - savedAt < CHECKPOINT_MS) return;
      await save(progress.step);
      savedAt = trainedMs();
    },
  });
  await save(last);
  report.end();
  await machine.close();
}

/** Milliseconds since it was made, and `before`. */
function stopwatch(before: number): () => number {
  const started = systemClock.now().getTime();
  return () => before + systemClock.now().getTime() - started;
}

async function startFromVectors(
  state: ReturnType<typeof initialState>,
  data: PretrainData,
  { cache, seed }: PretrainOptions,
): Promise<void> {
  const { vocab_size: vocabulary, hidden_size: hidden } = baseConfig;
  const shards = data.shards.map(({ tokens }) => tokens);
  const vectors = await cached(join(cache, 'vectors.f32'), () =>
    cooccurrenceVectors(shards, vocabulary, CONTEXTS, hidden, DEVIATION),
  );
  const { sets } = data.labelled;
  const weights = initialPretrainWeights(baseConfig, sets, seed, new Float32Array(vectors));
  for (const [name, { shape, data }] of weights) state.set(name, { type: 'float32', shape, data });
}
