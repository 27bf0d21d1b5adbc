import { join } from 'node:path';
import { hashOf, keptOnce } from '../kept-once.ts';
import type { Arm } from './arms.ts';
import type { TaskScores } from './judge.ts';
import type { Stages } from './stages.ts';

/** What one model of an arm said of the rows that it was asked about. */
export interface Said {
  readonly scores: TaskScores;
  /** The pair's metric on the source domain's test rows, where it was asked. */
  readonly sourceScore?: number;
  /** That it took to make the model and to ask it. */
  readonly seconds: number;
}

/**
 * What a model said, made once, then read from the folder: mixtures cost nothing, and another recipe
 * for one arm leaves the others' models alone. Simple models are quicker made than read.
 */
export async function keptScores(
  stages: Stages,
  arm: Arm,
  draw: { readonly shots: number; readonly seed: number },
  make: () => Promise<Said>,
): Promise<Said> {
  return arm.simple ? make() : keptOnce(pathOf(stages, arm, draw), make);
}

function pathOf(
  { folder, pair, key, recipe, data }: Stages,
  arm: Arm,
  { shots, seed }: { readonly shots: number; readonly seed: number },
): string {
  const asked = data.target.test.map((rows) => rows.map(({ id }) => id));
  const depends = [key, arm.name, arm.needs(recipe, shots), shots, seed, asked];
  return join(folder, 'scores', `${pair.name}-${hashOf([depends]).slice(0, 16)}.json`);
}
