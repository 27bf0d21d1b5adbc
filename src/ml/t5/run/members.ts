import type { TrainingSpec } from '../../run/spec.ts';
import type { Weights } from '../../weights/weights.ts';
import { type DecodingGraphs, exportDecoding } from '../decode/export.ts';
import { loadT5Base, type T5Base } from './base.ts';
import type { Course } from './course.ts';
import type { Members } from './decoding.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { readT5Manifest } from './manifest.ts';

/** What a run has trained. */
interface Trained {
  readonly base: T5Base;
  readonly weights: Weights;
  /** What learnt without the source (`learnAlone`), where something asks for it. */
  readonly alone: Weights | undefined;
}

/** The graphs of the models that will answer as the run's version, its own first. */
export async function membersOf(
  spec: Pick<TrainingSpec, 'base'>,
  { ensemble }: Pick<T5Hyperparameters, 'ensemble'>,
  course: Course,
  { base: { config }, weights, alone }: Trained,
): Promise<Members<DecodingGraphs>> {
  const own = exportDecoding(config, weights);
  if (!ensemble || !alone) return [own];
  const source = (await answersTheSame(spec.base, course)) ? [await loadT5Base(spec.base)] : [];
  const others = [alone, ...source.map((version) => version.weights)];
  return [own, ...others.map((each) => exportDecoding(config, each))];
}

/** Only a source that knows the task by its name and its labels has a say in it. */
async function answersTheSame(folder: string, { main, further }: Course): Promise<boolean> {
  const { task, several } = await readT5Manifest(folder);
  const { options } = main;
  const known = new Set(task.labels);
  return (
    further.length === 0 &&
    task.name === options.name &&
    several === options.several &&
    known.size === options.labels.length &&
    options.labels.every((label) => known.has(label))
  );
}
