import { join } from 'node:path';
import { loadJson, saveJson } from '../json-file.ts';
import type { Judgement } from './judge.ts';

export const RESULTS = 'eval/results/transfer';

/** One model of one arm, judged on the pair's test rows. */
export interface TransferRecord extends Judgement {
  readonly arm: string;
  /** Labels a class of the target domain; 0 where none was learnt from. */
  readonly shots: number;
  readonly seed: number;
  /** The same metric on the source domain's test rows, where it was asked. */
  readonly sourceScore?: number;
  readonly seconds: number;
}

/** What is known of a pair. */
export interface PairResults {
  readonly pair: string;
  /** Hash of base, rows and recipe: results of another are not mixed with these. */
  readonly key: string;
  readonly base: string;
  readonly measured: string;
  readonly rows: { readonly [side: string]: number };
  readonly recipe: unknown;
  readonly records: readonly TransferRecord[];
}

const pathOf = (pair: string, folder: string) => join(folder, `${pair}.json`);

/** A pair's results; undefined where there are none. */
export function loadResults(pair: string, folder = RESULTS): PairResults | undefined {
  return loadJson<PairResults>(pathOf(pair, folder));
}

export function saveResults(results: PairResults, folder = RESULTS): void {
  saveJson(pathOf(results.pair, folder), results);
}

/** Which model of an arm. */
export type Draw = Pick<TransferRecord, 'arm' | 'shots' | 'seed'>;

export function isDone(
  { records }: Pick<PairResults, 'records'>,
  { arm, shots, seed }: Draw,
): boolean {
  return records.some((own) => own.arm === arm && own.shots === shots && own.seed === seed);
}
