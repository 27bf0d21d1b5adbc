import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingSpec } from '../../run/spec.ts';
import type { Weights } from '../../weights/weights.ts';
import { exportDecoding } from '../decode/export.ts';
import type { T5Base } from './base.ts';
import type { Course } from './course.ts';
import type { Member, Members } from './decoding.ts';
import { OWN } from './graph-files.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { readT5Manifest } from './manifest.ts';
import { sameAnswers } from './same-answers.ts';

/** What a run has trained. */
interface Trained {
  readonly base: T5Base;
  readonly weights: Weights;
  /** What learnt without the source (`learnAlone`), where something asks for it. */
  readonly alone: Weights | undefined;
}

/** The models that will answer as the run's version, its own first. */
export async function membersOf(
  spec: Pick<TrainingSpec, 'base'>,
  { ensemble }: Pick<T5Hyperparameters, 'ensemble'>,
  course: Course,
  { base: { config }, weights, alone }: Trained,
): Promise<Members<Uint8Array>> {
  const member = (model: Weights, weight: number) => ({ ...exportDecoding(config, model), weight });
  const own = member(weights, 1);
  if (!ensemble || !alone) return [own];
  const others: Member<Uint8Array>[] = [member(alone, 1)];
  const { main, further } = course;
  // Only a source that knows the task by its name and its labels has a say in it.
  if (further.length === 0 && sameAnswers(await readT5Manifest(spec.base), main.options)) {
    others.push({
      encoder: await readFile(join(spec.base, OWN.encoder)),
      decoder: await readFile(join(spec.base, OWN.decoder)),
      weight: sourceWeight(labelsAClass(course)),
    });
  }
  return [own, ...others];
}

/** Labels a class from which on a source without any counts less than what has learnt them. */
const SOURCE_WORTH = 10;

/** How much a source version counts beside what has learnt so many of the target's labels a class. */
export function sourceWeight(labels: number): number {
  return SOURCE_WORTH / labels;
}

function labelsAClass({ main: { options, sides } }: Course): number {
  return sides.train.length / Math.max(1, options.labels.length);
}
