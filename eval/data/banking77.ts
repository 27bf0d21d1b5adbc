import type { TrainingRow } from '../../src/ml/run/spec.ts';
import { stratifiedFolds } from '../../src/ml/split/folds.ts';
import type { EvalData, EvalSet } from '../set.ts';
import { NO_TIME, SEED } from './divide.ts';
import { readCsv } from './files.ts';

/** Two writings of one question are one group: the files differ in case and spaces. */
const folded = (text: string) => text.toLowerCase().split(/\s+/).join(' ').trim();

function read(dataFolder: string, file: string): TrainingRow[] {
  return readCsv(dataFolder, `banking77/${file}`).map(({ text = '', category = '' }, i) => ({
    id: `${file}:${i}`,
    group: folded(text),
    at: NO_TIME,
    text,
    label: category,
  }));
}

/**
 * The questions of valid.csv, which are a part of train.csv, are the test; the rest is learnt from,
 * one part of it held for choosing. With few shots, only the shots are labelled; the rest of
 * train.csv is text without labels.
 */
function divide(dataFolder: string, file: string, parts: number): EvalData {
  const test = read(dataFolder, 'valid.csv');
  const held = new Set(test.map(({ group }) => group));
  const notHeld = ({ group }: TrainingRow) => !held.has(group);
  const all = read(dataFolder, 'train.csv').filter(notHeld);
  const labelled = read(dataFolder, file).filter(notHeld);
  const [fold] = stratifiedFolds(labelled, parts, SEED);
  const of = (places: readonly number[] = []) => places.map((i) => labelled[i] as TrainingRow);
  const labels = [...new Set(all.map(({ label }) => String(label)))].sort();
  return {
    task: { kind: 'CLASSIFY', labels, features: [] },
    draws: [{ train: of(fold?.train), validation: of(fold?.validation), test }],
    unlabelled: all.map(({ text = '' }) => text),
  };
}

function bankingSet(shots: string, bar: number, file: string, parts: number): EvalSet {
  return {
    name: `banking77-${shots}`,
    title: `banking77, ${shots}`,
    metric: 'accuracy',
    bar,
    split: `test: the 1,540 questions of valid.csv, taken out of train.csv; validation: one in ${parts} of ${file}`,
    open: (dataFolder) => divide(dataFolder, file, parts),
  };
}

export const banking77 = bankingSet('full', 0.916, 'train.csv', 8);
export const banking77Ten = bankingSet('10-shot', 0.78, 'train_10.csv', 5);
export const banking77Five = bankingSet('5-shot', 0.69, 'train_5.csv', 5);
