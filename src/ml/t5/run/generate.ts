import { MlError } from '../../errors.ts';
import { openSession } from '../../onnx/session.ts';
import type { RunContext } from '../../run/context.ts';
import type { RunResult } from '../../run/messages.ts';
import type { TrainingRow, TrainingSpec } from '../../run/spec.ts';
import { dataHash } from '../../split/data-hash.ts';
import { whyInsufficient } from '../../split/sufficiency.ts';
import type { TokenPair } from '../data/corrupt.ts';
import { type Language, languageOf } from '../data/prefix.ts';
import type { Decoder } from '../decode/decoder.ts';
import { type DecodingGraphs, exportDecoding } from '../decode/export.ts';
import { type CachedState, createSessionDecoder } from '../decode/session-decoder.ts';
import { loadT5Base, type T5Base } from './base.ts';
import { heldBatches } from './held.ts';
import { parseT5Hyperparameters, type T5Hyperparameters } from './hyperparameters.ts';
import { type Fitted, fitAnswers, judgeRows } from './judge.ts';
import { lessonBatches } from './lesson.ts';
import { resultOf } from './result.ts';
import { saveT5Version } from './save.ts';
import { sidesOf, splitOf } from './sides.ts';
import { createTextTask, type TextTask } from './text-task.ts';
import { trainT5 } from './train.ts';

/** Rows that are enough to see the loss on validation fall or rise. */
const HELD = 128;

/** Reads further files of rows out of the run's folder. */
export type ReadRows = (file: string) => Promise<TrainingRow[]>;

/**
 * Trains a text-to-text version, judges it on rows it has not seen, and writes its folder.
 * @param folder where the version goes
 * @throws MlError of code INSUFFICIENT_DATA when there is too little to learn from
 */
export async function runGenerate(
  context: RunContext,
  spec: TrainingSpec,
  rows: readonly TrainingRow[],
  readRows: ReadRows,
  folder: string,
): Promise<RunResult> {
  const own = parseT5Hyperparameters(spec.hyperparameters);
  requireEnough(spec, rows);
  const base = await loadT5Base(spec.base);
  const split = splitOf(rows, own, spec.seed);
  const sides = sidesOf(rows, split, spec);
  const language = own.language === 'auto' ? usualLanguage(rows) : own.language;
  const several = rows.some(({ label }) => Array.isArray(label));
  const options = { several, language, maxLength: own.maxLength, maxTokens: own.maxTokens };
  const task = createTextTask(base.tokenizer, { ...spec.task, ...options });
  const replayed = own.replay ? await readRows(own.replay.rows) : [];
  const source = sidesOf(replayed, splitOf(replayed, { split: 'group' }, spec.seed), spec, false);
  const lesson = {
    tasks: [pairsOf(task, sides.train), ...(await furtherTasks(base, own, language, readRows))],
    replay: pairsOf(task, source.train),
  };
  const validation = pairsOf(task, sides.validation);
  const weights = await trainT5(context, {
    ...{ base, own, seed: spec.seed },
    batches: lessonBatches(lesson, base.config, own, spec.seed),
    held: heldBatches(validation.slice(0, HELD), base.config, own.batchSize),
  });
  const graphs = exportDecoding(base.config, weights);
  const judged = await withDecoder(base, graphs, context.threads, async (decoder) => {
    const fitted = await fitAnswers(decoder, task, sides.validation, own, own.targetPrecision);
    const metrics = await judgeRows(decoder, task, sides.test, own, fitted);
    if (source.test.length === 0) return { fitted, metrics };
    const kept = await judgeRows(decoder, task, source.test, own, fitted);
    return { fitted, metrics: { ...metrics, source: kept } };
  });
  const manifest = { task: spec.task, ...options, beams: own.beams, ...savedFit(judged.fitted) };
  await saveT5Version(folder, { base, weights, graphs, manifest });
  return resultOf(spec, sides, own, judged.metrics, dataHash(rows, split));
}

function requireEnough({ task, shots }: TrainingSpec, rows: readonly TrainingRow[]): void {
  const labelled = rows.filter(({ label }) => label !== null);
  const several = labelled.some(({ label }) => Array.isArray(label));
  const kind = task.labels.length === 0 ? 'GENERATE' : several ? 'MULTI_LABEL' : 'CLASSIFY';
  const reason = whyInsufficient({ kind, labels: task.labels }, labelled, shots);
  if (reason) throw new MlError('INSUFFICIENT_DATA', reason);
}

function usualLanguage(rows: readonly TrainingRow[]): Language {
  const chinese = rows.filter(({ text = '' }) => languageOf(text) === 'zh').length;
  return chinese > rows.length / 2 ? 'zh' : 'en';
}

function pairsOf(task: TextTask, rows: readonly TrainingRow[]): TokenPair[] {
  return rows.flatMap((row) => {
    const target = task.target(row);
    return target ? [{ source: task.source(row.text ?? ''), target }] : [];
  });
}

async function furtherTasks(
  { tokenizer }: T5Base,
  own: T5Hyperparameters,
  language: Language,
  readRows: ReadRows,
): Promise<TokenPair[][]> {
  const further: TokenPair[][] = [];
  for (const { rows: file, ...kind } of own.tasks) {
    const rows = await readRows(file);
    const several = rows.some(({ label }) => Array.isArray(label));
    const { maxLength, maxTokens } = own;
    const task = createTextTask(tokenizer, { ...kind, several, language, maxLength, maxTokens });
    further.push(pairsOf(task, rows));
  }
  return further;
}

async function withDecoder<T>(
  { config }: T5Base,
  graphs: DecodingGraphs,
  threads: number,
  use: (decoder: Decoder<CachedState>) => Promise<T>,
): Promise<T> {
  const encoder = await openSession(graphs.encoder, { threads });
  const decoder = await openSession(graphs.decoder, { threads });
  try {
    return await use(createSessionDecoder(config, { encoder, decoder }));
  } finally {
    await encoder.close();
    await decoder.close();
  }
}

function savedFit({ calibration, confidence, threshold }: Fitted) {
  return {
    ...(calibration && { calibration }),
    ...(confidence && { confidence }),
    leastConfidence: threshold.least,
  };
}
