import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { bertConfig } from '../../src/ml/bert/config.ts';
import { initialBertWeights } from '../../src/ml/bert/parameters.ts';
import { seededRandom } from '../../src/ml/random.ts';
import type { RunMessage, RunResult } from '../../src/ml/run/messages.ts';
import type { TrainingRow, TrainingSpec } from '../../src/ml/run/spec.ts';
import { BERT_SPECIAL, bertDefinition } from '../../src/ml/tokenizer/train/bert-definition.ts';
import { writeSafetensors } from '../../src/ml/weights/safetensors.ts';

const NOISE = 'red blue green small large round square old new fast slow warm cold near far soft';
const TELLING = ['refund', 'parcel', 'account', '好', '坏', '快'];
const vocabulary = [...BERT_SPECIAL, ...NOISE.split(' '), ...TELLING];

export const tinyBaseConfig = bertConfig.parse({
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 64,
  vocab_size: vocabulary.length,
  max_position_embeddings: 32,
});

async function emptyFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cameo-run-'));
}

/** A base encoder that knows two dozen words and nothing about them. */
export async function writeTinyBase(): Promise<string> {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'config.json'), JSON.stringify(tinyBaseConfig));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(bertDefinition(vocabulary)));
  const weights = initialBertWeights(tinyBaseConfig, 5);
  await writeSafetensors(join(folder, 'model.safetensors'), weights);
  return folder;
}

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;

/** A word that means nothing. */
export const anyWord = (random: Random): string => pick(random, NOISE.split(' '));

/** A few words of noise, one of them replaced by `word`. */
export function sentenceWith(random: Random, word: string): string {
  const words = Array.from({ length: 4 + Math.floor(random() * 6) }, () => anyWord(random));
  words[Math.floor(random() * words.length)] = word;
  return words.join(' ');
}

/** One row a customer, an hour apart. */
export function rowsOf(
  count: number,
  make: (random: Random, row: number) => Pick<TrainingRow, 'text' | 'features' | 'label'>,
): TrainingRow[] {
  const random = seededRandom(17).next;
  return Array.from({ length: count }, (_, row) => ({
    id: `r${row}`,
    group: `g${row}`,
    at: new Date(Date.UTC(2026, 0, 1, row)).toISOString(),
    ...make(random, row),
  }));
}

/** Texts whose class is told by one word. */
export const topicRows = (count: number): TrainingRow[] =>
  rowsOf(count, (random, row) => {
    const label = TELLING[row % 3] as string;
    return { text: sentenceWith(random, label), label };
  });

export const topicTask: TrainingSpec['task'] = {
  kind: 'CLASSIFY',
  labels: TELLING.slice(0, 3),
  name: 'topic',
};

export function specOf(base: string, changes: Partial<TrainingSpec> = {}): TrainingSpec {
  return {
    ...{ task: topicTask, base, text: 'EVENTS', features: [], seed: 3 },
    ...{ threads: 1, backend: 'onnx' },
    hyperparameters: { epochs: 6, batchSize: 16, learningRate: 3e-3, headRate: 1, layerDecay: 1 },
    ...changes,
  };
}

/** A run's folder, ready to be trained on. */
async function writeRun(spec: TrainingSpec, rows: readonly TrainingRow[]): Promise<string> {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'spec.json'), JSON.stringify(spec));
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  await writeFile(join(folder, 'rows.jsonl'), lines.join(''));
  return folder;
}

/** For one test file: a base, and the folders of its runs, which go when its tests have run. */
export function keepRuns() {
  const folders: string[] = [];
  const keep = async (made: Promise<string>): Promise<string> => {
    const folder = await made;
    folders.push(folder);
    return folder;
  };
  let base = '';
  beforeAll(async () => {
    base = await keep(writeTinyBase());
  });
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });
  return {
    get base() {
      return base;
    },
    addBase: () => keep(writeTinyBase()),
    add: (spec: TrainingSpec, rows: readonly TrainingRow[]) => keep(writeRun(spec, rows)),
  };
}

export async function readResult(folder: string): Promise<RunResult> {
  return JSON.parse(await readFile(join(folder, 'result.json'), 'utf8'));
}

/** A real training process. `onMessage` may end it. */
export function runChild(
  folder: string,
  onMessage: (message: RunMessage, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<{ code: number | null; signal: NodeJS.Signals | null; messages: RunMessage[] }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/ml/run/child.ts', folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const messages: RunMessage[] = [];
  child.on('message', (message: RunMessage) => {
    messages.push(message);
    onMessage(message, (signal) => child.kill(signal));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, messages }));
  });
}
