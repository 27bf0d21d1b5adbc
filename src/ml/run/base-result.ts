import type { Machine } from '../engine/engine.ts';
import { openMachine } from '../engine/open.ts';
import { MlError } from '../errors.ts';
import { dataHash } from '../split/data-hash.ts';
import { type Split, sizesOf } from '../split/split.ts';
import { whyInsufficient } from '../split/sufficiency.ts';
import { initialState } from '../train/step.ts';
import type { Weights } from '../weights/weights.ts';
import type { RunContext } from './context.ts';
import type { RunResult } from './messages.ts';
import type { TrainingRow, TrainingSpec } from './spec.ts';

/** Rows that a base can learn from. @throws MlError of code INSUFFICIENT_DATA when they are too few */
export function writtenRows(
  { task, shots }: TrainingSpec,
  all: readonly TrainingRow[],
): TrainingRow[] {
  const rows = all.filter(({ text = '' }) => text.trim() !== '');
  const why = whyInsufficient(task, rows, shots);
  if (why) throw new MlError('INSUFFICIENT_DATA', why);
  return rows;
}

/** Measures a model that does not learn. */
export async function measureOnce(
  { engine, threads }: RunContext,
  weights: Weights,
  measure: (machine: Machine) => Promise<number>,
): Promise<number> {
  const machine = await openMachine(engine, initialState(weights, []), { threads });
  try {
    return await measure(machine);
  } finally {
    await machine.close();
  }
}

/** The result of a base's training: it wins when the texts surprise it less than `before`. */
export function baseResult(
  loss: number,
  before: number,
  { rows, split }: { readonly rows: readonly TrainingRow[]; readonly split: Split },
  hyperparameters: RunResult['hyperparameters'],
): RunResult {
  return {
    metrics: { loss, perplexity: Math.exp(loss) },
    baselines: { base: { loss: before, perplexity: Math.exp(before) } },
    ...{ winner: loss < before ? 'model' : 'base', decidedBy: 'loss' },
    ...{ dataHash: dataHash(rows, split), hyperparameters, rows: sizesOf(split) },
  };
}
