import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../../../src/ml/random.ts';
import type { TrainingRow, TrainingSpec } from '../../../../src/ml/run/spec.ts';
import { hubT5Config, parseT5Config } from '../../../../src/ml/t5/config.ts';
import { initialT5 } from '../../../../src/ml/t5/initial.ts';
import { t5Definition } from '../../../../src/ml/tokenizer/train/t5-definition.ts';
import { writeSafetensors } from '../../../../src/ml/weights/safetensors.ts';

const words = [
  'price',
  'sensitivity',
  'budget',
  'luxury',
  'cheap',
  'gold',
  'bought',
  'a',
  'the',
  'coat',
  'watch',
  'soap',
];
const labels = ['low', 'middle', 'high'];
const letters = [...'abcdefghijklmnopqrstuvwxyz_:;'];

/** Whole words where there is one, else letters. */
const pieces: [string, number][] = [
  ...[...words, ...labels].map((word): [string, number] => [`▁${word}`, -3]),
  ['▁', -4],
  ...letters.map((letter): [string, number] => [letter, -8]),
];

/** A model folder: a small T5 that has learnt nothing. */
export async function writeBase(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cameo-t5-'));
  const definition = t5Definition(pieces);
  const config = parseT5Config({
    vocab_size: 3 + pieces.length + 100,
    d_model: 32,
    d_kv: 8,
    d_ff: 48,
    num_layers: 1,
    num_heads: 4,
    feed_forward_proj: 'gated-gelu',
    tie_word_embeddings: true,
  });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(definition));
  await writeFile(join(folder, 'config.json'), JSON.stringify(hubT5Config(config)));
  await writeSafetensors(join(folder, 'model.safetensors'), initialT5(config, 3));
  return folder;
}

/** What they bought tells the label: a cheap thing, a golden one, or neither. */
export function rows(count: number, seed: number): TrainingRow[] {
  const random = seededRandom(seed).next;
  const of = (list: readonly string[]) => list[Math.floor(random() * list.length)] as string;
  return Array.from({ length: count }, (_, i) => {
    const number = i % 3;
    const mark = [of(['budget', 'cheap']), of(['a', 'the']), of(['luxury', 'gold'])][number];
    const at = new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString();
    const text = `bought ${mark} ${of(['coat', 'watch', 'soap'])}`;
    return { id: `r${i}`, group: `c${i}`, at, text, label: labels[number] as string };
  });
}

export function spec(base: string, hyperparameters: Record<string, unknown>): TrainingSpec {
  return {
    task: { kind: 'GENERATE', labels, name: 'price_sensitivity' },
    base,
    text: 'CUSTOMER',
    features: [],
    hyperparameters,
    seed: 1,
    threads: 1,
    backend: 'onnx',
  };
}

export const quick = {
  epochs: 4,
  learningRate: 0.01,
  batchSize: 16,
  dropout: 0,
  maxLength: 16,
  maxTokens: 6,
};
